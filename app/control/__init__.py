"""Desktop control: gestures send input events while it is armed and the user does not use mouse or keyboard."""

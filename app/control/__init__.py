"""Control: gestures act on the desktop, when they are asked to and as long as nobody else uses it."""

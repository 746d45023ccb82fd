"""Commands that answered one question about the shipped model. Nothing else needs them."""

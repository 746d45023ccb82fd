"""The window and the overlay: the only room that knows Qt."""

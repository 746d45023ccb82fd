"""The window and the overlay: the only package of the app that uses Qt."""

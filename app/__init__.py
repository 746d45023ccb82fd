"""Devices and people: cameras, the window, the desktop, and the loop that joins them to a recogniser."""

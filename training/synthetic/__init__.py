"""Gesture clips made from nothing but numbers: a drawn hand, a drawn person, a drawn room, and true labels."""

"""Clips of real hands, cut out of still pictures and moved along scripted paths in front of real rooms."""

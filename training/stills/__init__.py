"""Real hands, cut out of still pictures, moved along scripted paths before real rooms."""

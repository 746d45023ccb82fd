"""Readers of public data sets and of own clips, the index file of each split, and data sets for a DataLoader."""

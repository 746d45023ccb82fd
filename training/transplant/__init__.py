"""Converts a 3-D network to 2-D and temporal convolutions: `python -m training.transplant CHECKPOINT.pth OUT.pt`."""

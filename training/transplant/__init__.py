"""A 3-D network becomes one of 2-D convolutions: `python -m training.transplant CHECKPOINT.pth OUT.pt`."""

"""What `training.train` is made of."""

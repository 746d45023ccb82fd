"""What `training.distill` is made of: streams, a teacher and a student."""

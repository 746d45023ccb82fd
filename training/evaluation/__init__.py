"""What `training.evaluate`, `judge` and `tsne` are made of: networks on clips and streams, and what it comes to."""

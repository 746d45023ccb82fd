"""What the program does: one module for each task that the command line can ask for."""

"""The tasks of the program: one module for each that the command line can request."""

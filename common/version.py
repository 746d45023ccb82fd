"""The version of this project. The build reads it from this file, too."""

__version__ = "0.1.0"

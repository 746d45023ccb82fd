"""The command behind every published number. Figures of one table come from one process, taken in turns."""

"""The output of an action: it writes it itself; it is rotated beside it, and read by offset wherever it is by now."""

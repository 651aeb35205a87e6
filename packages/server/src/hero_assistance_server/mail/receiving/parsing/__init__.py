"""Reads the bytes of a mail: nothing in them is believed, and nothing in them stops the next mail."""

"""Ours and its peers behind one interface, each set up as its own documentation says."""

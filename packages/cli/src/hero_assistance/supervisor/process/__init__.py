"""Processes: starting, watching, recognising and ending them, and the processes of one action."""

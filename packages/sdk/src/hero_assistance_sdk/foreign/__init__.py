"""What comes from servers that may lie: bounded and checked where it enters.

Nothing is imported here: short commands pass through this file.
"""

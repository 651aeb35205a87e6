"""How much callers may take of the server: rates, stored bytes, and a reserve of the disk."""

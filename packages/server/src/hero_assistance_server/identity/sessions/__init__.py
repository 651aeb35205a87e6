"""Sessions: who is signed in at a browser."""

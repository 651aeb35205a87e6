"""Work of the nox sessions: building, locking and checking, as importable functions."""

"""What is built: wheels, zipapps, their records, and the proof that a second build gives the same."""

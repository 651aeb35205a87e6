"""Storage: what the services need of it, and one folder for each engine."""

"""Concurrency-flake quarantine for pytest: quarantined tests still run, are measured and explained, and expire."""

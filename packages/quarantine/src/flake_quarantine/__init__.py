"""Concurrency-flake quarantine for pytest: still run, measured, explained, dated, and ended."""

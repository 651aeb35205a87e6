"""Connections and their limits: time, bytes, memory, number and rate."""

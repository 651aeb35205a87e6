"""Probes: whether an action answers, and what its probes together say of its health."""

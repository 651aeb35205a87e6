"""What the nodes on one database know of each other: leases and presence."""

"""What the nodes on one database know of each other: leases, presence, and who does which job."""

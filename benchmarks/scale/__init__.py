"""Beyond one machine: both engines side by side, several nodes on one PostgreSQL, and a fleet of boxes."""

"""The TCP port that every program knows."""

# Where a ticket server listens for overlay peers, when nothing else is set.
SERVER_PORT = 9770

"""The default TCP port of the ticket server."""

# Where a ticket server listens for overlay peers, when nothing else is set.
SERVER_PORT = 9770

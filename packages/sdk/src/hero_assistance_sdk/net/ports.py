"""The default TCP ports: of the ticket server, and of the page where it is served over TCP."""

# Where a ticket server listens for overlay peers, when nothing else is set.
SERVER_PORT = 9770
# Where a demo, the development server, an image and `setup` serve the page.
PAGE_PORT = 9771

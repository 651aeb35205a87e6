"""HTTP requests that the server sends: which addresses they may reach, and what they may cost."""

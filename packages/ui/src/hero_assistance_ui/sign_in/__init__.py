"""Signing in to the desk from a browser: the cookie, the requests, and the pages that work without script."""

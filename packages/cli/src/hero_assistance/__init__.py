"""The `hero_assistance` command: lifecycle, releases, the embedded supervisor and calls of the server."""

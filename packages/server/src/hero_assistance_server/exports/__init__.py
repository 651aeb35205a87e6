"""A project as JSON Lines and files, for other programs and for another place."""

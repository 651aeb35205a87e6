"""Users of a project and their devices."""

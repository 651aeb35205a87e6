"""Statistics of the desk."""

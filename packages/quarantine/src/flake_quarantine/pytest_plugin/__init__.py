"""The pytest plugin: hooks of an ordinary run, and of a measuring process."""

"""The pytest plugin: what it does in an ordinary run, and in a measuring process."""

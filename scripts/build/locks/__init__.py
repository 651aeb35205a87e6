"""What builds and tests run with: the locks, the interpreters, and the environment of the tools."""

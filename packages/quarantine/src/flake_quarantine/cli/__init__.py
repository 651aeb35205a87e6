"""The command `flake-quarantine`: its arguments, its commands, and what they print."""

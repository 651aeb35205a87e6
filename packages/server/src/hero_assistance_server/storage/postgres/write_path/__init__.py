"""How commands are written: one thread, groups of commands, rows that wait."""

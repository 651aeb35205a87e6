"""The database: one writer that commits in groups, a few readers, migrations."""

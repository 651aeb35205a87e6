"""The search index in SQLite: documents of tickets, full-text expressions, and how old documents are replaced."""

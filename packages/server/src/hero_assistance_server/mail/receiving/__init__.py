"""Takes mails in: stored first, then parsed, matched and filed."""

"""Letters that leave and mails that arrive."""

"""Sends letters: over SMTP, or into a folder where no mail server is set."""

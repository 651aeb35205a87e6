"""Messages: replies and notes of a ticket."""

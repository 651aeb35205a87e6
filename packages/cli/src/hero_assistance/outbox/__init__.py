"""What waits to be sent, and where letters go while no mail server is set."""

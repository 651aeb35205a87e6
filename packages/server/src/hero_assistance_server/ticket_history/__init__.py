"""What changed on a ticket and who changed it, as the audit trail tells it."""

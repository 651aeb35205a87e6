"""Read receipts: how far a user has read a ticket."""

"""What goes out: the deliveries of the outbox, and the webhooks."""

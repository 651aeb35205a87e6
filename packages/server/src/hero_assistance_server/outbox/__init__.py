"""The outbox: what goes out of this server, durable and each once; channels send it."""

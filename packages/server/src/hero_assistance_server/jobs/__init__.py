"""Background jobs, timers and maintenance."""

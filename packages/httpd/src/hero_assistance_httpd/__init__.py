"""The HTTP code that the daemons share: listeners, connection limits, peer filter, socket handover."""

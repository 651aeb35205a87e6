"""What the daemons of hero_assistance share to serve HTTP: listeners, limits of connections, peer filter, handover."""

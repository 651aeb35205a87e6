"""The names of what runs, and of the sockets it listens on; `service` defines the rest."""

from __future__ import annotations

SERVER = "hero_assistance_server"
UI = "hero_assistance_ui"
ACTION_SOCKETS = {SERVER: ("rpc", "events"), UI: ("ui",)}
ACTIONS = tuple(ACTION_SOCKETS)
# Runs only where a replica is set up; it listens on nothing.
REPLICA = "hero_assistance_replica"

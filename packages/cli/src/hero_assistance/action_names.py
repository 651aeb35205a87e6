"""The names of what runs; `service` defines each of them."""

from __future__ import annotations

SERVER = "hero_assistance_server"
UI = "hero_assistance_ui"
ACTIONS = (SERVER, UI)

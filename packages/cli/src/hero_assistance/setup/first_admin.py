"""Whether the desk has an admin: without one nothing of it can be set from a page."""

from __future__ import annotations

from hero_assistance.rpc_command import Server
from hero_assistance_sdk.errors import HeroError

MISSING = "this desk has no admin"
COMMAND = "hero_assistance setup"


def lacks_admin() -> bool:
    """Whether a server answers and says that it has no admin."""
    try:
        with Server(None) as server:
            return server.call("system.health").get("has_admin") is False
    except HeroError:
        return False


def explain_missing_admin() -> str | None:
    """Return what to do where the desk that runs has no admin."""
    return f"{MISSING}: {COMMAND}" if lacks_admin() else None

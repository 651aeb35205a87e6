"""How letters go out, as `mail status`, `mail test` and `setup` say it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance_sdk.paths import Paths


def describe_mail(status: Mapping[str, Any]) -> str:
    """Return a line that says where letters go, by the answer of `mail.status`, and another one with what to do."""
    waits = f"; they wait: {status['fault']}" if status["fault"] else ""
    ways = {
        "smtp": f"letters go to the mail server {status['server']} from {status['sender']}{waits}",
        "folder": f"no mail server is set: letters go to {Paths.from_environ().mail}",
        "held": f"letters wait: {status['fault']}",
        "unknown": "the server has not read its settings yet",
    }
    hint = f"\n  hint: {status['hint']}" if status["hint"] else ""
    return sanitize(ways[status["way"]]) + hint

"""Boxes of a fleet, as pyinfra reads them: copy this file and name yours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_Data = dict[str, Any]
# A secret is in a file of yours, and not in this one.
_DATABASE = Path.home() / ".config" / "desk-database"

# Name and data of each box; https://docs.pyinfra.com lists what it knows, such as `ssh_key`.
boxes: list[tuple[str, _Data]] = [
    ("desk-1.example.org", {"ssh_user": "desk"}),
    ("desk-2.example.org", {"ssh_user": "desk", "ssh_port": 2222}),
    # Where a desk is not in ~/hero, or has settings: they are set for every command on that box.
    ("desk-3.example.org", {"ssh_user": "desk", "hero_environment": {"PATH_ROOT": "/srv/hero"}}),
    # The flags of `hero_assistance --start`, for a box on which nothing runs yet.
    ("desk-4.example.org", {"ssh_user": "desk", "hero_start": ("--ui-tcp", "127.0.0.1:9771")}),
]
# Two nodes of one desk on PostgreSQL: secrets that are set before the first start.
if _DATABASE.is_file():
    _secrets = {"DATABASE": _DATABASE.read_text().strip()}
    boxes += [
        ("node-1.example.org", {"ssh_user": "desk", "hero_secrets": _secrets}),
        ("node-2.example.org", {"ssh_user": "desk", "hero_secrets": _secrets}),
    ]

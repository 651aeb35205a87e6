"""The columns and tables of which a row of a ticket is made."""

from __future__ import annotations

from hero_assistance_server.texts import EXCERPT_SOURCE
from hero_assistance_server.tickets.json_row import COLUMNS as _OWN_COLUMNS

# Of its text a list shows the first words, and none of the files; the rest of a long one is on other pages of the disk.
_LISTED = {"body": f"substr(tickets.body, 1, {EXCERPT_SOURCE + 1})", "attachments": "'[]'"}
# The names of customer and assignee are their users'.
_NAMES = "users.name, (SELECT name FROM users AS assignees WHERE assignees.user_id = tickets.assignee)"
COLUMNS = ", ".join([*(f"tickets.{name}" for name in _OWN_COLUMNS), _NAMES])
LISTED_COLUMNS = ", ".join([*(_LISTED.get(name, f"tickets.{name}") for name in _OWN_COLUMNS), _NAMES])
TABLES = "FROM tickets JOIN users ON users.user_id = tickets.customer"

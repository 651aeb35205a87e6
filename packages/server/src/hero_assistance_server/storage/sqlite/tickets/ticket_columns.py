"""The columns and tables of which a row of a ticket is made."""

from __future__ import annotations

from hero_assistance_server.tickets.json_row import COLUMNS as _OWN_COLUMNS

# The customer's name is their user's.
COLUMNS = ", ".join(f"tickets.{name}" for name in _OWN_COLUMNS) + ", users.name"
TABLES = "FROM tickets JOIN users ON users.user_id = tickets.customer"

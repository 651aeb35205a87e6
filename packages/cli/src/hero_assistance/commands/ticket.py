"""`ticket list|show|create|reply|note|delete`: the daily work, from a shell.

A verb is one function: its arguments, one call, and what is shown of the answer.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from hero_assistance.commands.call import as_json, as_user
from hero_assistance.commands.erasure import delete_command
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_done, print_json, print_table

_PRIORITIES = click.Choice(["low", "normal", "high", "urgent"])
# As many as the server hands over at once.
_PAGE = 200
_ticket_id = click.argument("ticket_id", type=click.IntRange(min=1))
_text = click.argument("text")


@click.group("ticket")
def ticket_command() -> None:
    """Tickets of the running server; a TEXT that is - is standard input, @FILE a file."""


ticket_command.add_command(delete_command)


@ticket_command.command("list")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at most.")
@click.option("--all", "everything", is_flag=True, help="Every ticket, by id, oldest first; --limit does not count.")
@as_user
@as_json
def list_command(limit: int, user: str | None, *, everything: bool, as_json: bool) -> None:
    """List tickets by last activity, newest first."""
    page = _read_all(user) if everything else _call_server(user, "ticket.list", limit=limit)
    if as_json:
        print_json(page)
        return
    columns = ["id", "status", "priority", "title", "customer", "last activity"]
    print_table(columns, [_to_cells(ticket) for ticket in page["tickets"]])
    if page["next_cursor"]:
        click.echo("there are more; --all lists every ticket", err=True)


@ticket_command.command("show")
@_ticket_id
@as_user
@as_json
def show_command(ticket_id: int, user: str | None, *, as_json: bool) -> None:
    """Show a ticket and its messages, oldest first."""
    ticket = _call_server(user, "ticket.get", ticket_id=ticket_id)
    messages = _read_thread(user, ticket_id)
    if as_json:
        print_json({"ticket": ticket, "messages": messages})
        return
    tags = " ".join(f"#{tag}" for tag in ticket["tags"])
    click.secho(sanitize(f"{ticket['ticket_id']}  {ticket['title']}"), bold=True)
    click.echo(sanitize(f"{ticket['status']}, {ticket['priority']}, from {ticket['customer_name']} {tags}".rstrip()))
    filed = {**ticket, "author_name": ticket["customer_name"], "kind": "filed"}
    # What was merged into a ticket may be older than its own text.
    for message in sorted([filed, *messages], key=lambda message: int(message["created_at"])):
        _print_text(message["author_name"], message["kind"], message["created_at"], message["body"])


@ticket_command.command("create")
@click.argument("title")
@click.option("--body", default="", metavar="TEXT", help="What it is about.")
@click.option("--priority", type=_PRIORITIES, default="normal", show_default=True)
@click.option("--tag", "tags", multiple=True, help="Can be given more than once.")
@click.option("--customer", metavar="USER", help="File it for this customer, as an agent after a telephone call.")
@as_user
@as_json
def create_command(title: str, body: str, tags: tuple[str, ...], user: str | None, **options: Any) -> None:
    """File a ticket."""
    chosen = {"priority": options["priority"], "customer": options["customer"]}
    made = _call_server(user, "ticket.create", title=title, body=_read_text(body), tags=list(tags), **chosen)
    print_done(made, f"filed ticket {made['ticket_id']}", as_json=options["as_json"])


@ticket_command.command("reply")
@_ticket_id
@_text
@as_user
@as_json
def reply_command(ticket_id: int, text: str, user: str | None, *, as_json: bool) -> None:
    """Answer where the customer sees it."""
    made = _call_server(user, "message.reply", ticket_id=ticket_id, body=_read_text(text))
    merged = f"; ticket {ticket_id} was merged into it" if made["ticket_id"] != ticket_id else ""
    print_done(made, f"replied to ticket {made['ticket_id']}{merged}", as_json=as_json)


@ticket_command.command("note")
@_ticket_id
@_text
@as_user
@as_json
def note_command(ticket_id: int, text: str, user: str | None, *, as_json: bool) -> None:
    """Write to the agents; the customer never sees it."""
    made = _call_server(user, "message.note", ticket_id=ticket_id, body=_read_text(text))
    print_done(made, f"noted on ticket {ticket_id}", as_json=as_json)


def _call_server(user: str | None, method: str, **params: Any) -> Any:
    from hero_assistance.rpc_command import Server

    with Server(user) as server:
        return server.call(method, **params)


def _read_all(user: str | None) -> dict[str, Any]:
    """Every ticket, as one page; by id, so that none is missed that changes meanwhile."""
    from hero_assistance.rpc_command import Server

    with Server(user) as server:
        page: dict[str, Any] = server.call("ticket.list", order="id", limit=_PAGE)
        tickets = list(page["tickets"])
        cursor = page["next_cursor"]
        while cursor is not None:
            further = server.call("ticket.list", order="id", limit=_PAGE, cursor=cursor)
            tickets += further["tickets"]
            cursor = further["next_cursor"]
    return page | {"tickets": tickets, "next_cursor": None}


def _read_thread(user: str | None, ticket_id: int) -> list[dict[str, Any]]:
    """All messages of a ticket, oldest first; the server hands over the last ones first, in pages."""
    from hero_assistance.rpc_command import Server

    pages: list[list[dict[str, Any]]] = []
    cursor = None
    with Server(user) as server:
        while not pages or cursor is not None:
            page = server.call("message.list", ticket_id=ticket_id, cursor=cursor)
            pages.append(page["messages"])
            cursor = page["next_cursor"]
    return [message for page in reversed(pages) for message in page]


def _read_text(text: str) -> str:
    from hero_assistance.rpc_command import read_text_word

    return read_text_word(text)


def _to_cells(ticket: dict[str, Any]) -> list[str]:
    names = ("ticket_id", "status", "priority", "title", "customer_name")
    return [*(str(ticket[name]) for name in names), _format_time(ticket["updated_at"])]


def _print_text(who: str, what: str, millis: int, body: str) -> None:
    click.echo()
    click.secho(sanitize(f"{who} ({what}, {_format_time(millis)})"), dim=True)
    click.echo(sanitize(body.rstrip("\n")))


def _format_time(millis: int) -> str:
    """A time as people here read it."""
    return datetime.fromtimestamp(millis / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")

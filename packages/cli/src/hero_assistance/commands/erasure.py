"""`user erase` and `ticket delete`: what is taken away for ever, after a question."""

from __future__ import annotations

import sys
from typing import Any

import click

from hero_assistance.commands.call import as_json
from hero_assistance.commands.user_records import find_user
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json
from hero_assistance.rpc_command import Server
from hero_assistance_sdk.errors import UsageError

_dry_run = click.option("--dry-run", is_flag=True, help="Tell what would go, and change nothing.")
_yes = click.option("--yes", is_flag=True, help="Ask no question.")


@click.command("erase")
@click.argument("user", metavar="USER")
@click.option("--delete-files", is_flag=True, help="The files too that they sent; else these stay on the tickets.")
@_dry_run
@_yes
@as_json
def erase_command(user: str, *, delete_files: bool, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Erase USER, an id or an e-mail address, for ever: what they wrote stays, and no name on it."""
    with Server.as_operator() as server:
        found = find_user(server, user)
        params = {"user_id": found["user_id"], "uploads": "delete" if delete_files else "keep"}
        _erase(server, "user.erase", params, f"{found['name']} ({found['user_id']})", (dry_run, yes, as_json))


@click.command("delete")
@click.argument("ticket_id", type=click.IntRange(min=1))
@_dry_run
@_yes
@as_json
def delete_command(ticket_id: int, *, dry_run: bool, yes: bool, as_json: bool) -> None:
    """Delete a ticket for ever, with its messages, files and mails, and what was merged into it."""
    with Server.as_operator() as server:
        _erase(server, "ticket.delete", {"ticket_id": ticket_id}, f"ticket {ticket_id}", (dry_run, yes, as_json))


def _erase(server: Server, method: str, params: dict[str, Any], what: str, flags: tuple[bool, bool, bool]) -> None:
    dry_run, yes, as_json = flags
    plan = server.call(method, **params, dry_run=True)
    if not dry_run:
        _confirm(what, plan, yes=yes)
        plan = server.call(method, **params)
    if as_json:
        print_json(plan)
        return
    click.echo(sanitize(f"{what} {'would be' if dry_run else 'is'} erased: {_describe(plan)}"))


def _confirm(what: str, plan: dict[str, Any], *, yes: bool) -> None:
    """Ask on a terminal; raises `UsageError` where there is no terminal."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("this cannot be undone", hint="say --yes, or look with --dry-run first")
    click.confirm(sanitize(f"Erase {what} for ever? {_describe(plan)}"), abort=True)


def _describe(plan: dict[str, Any]) -> str:
    names = ("tickets", "messages", "files", "drafts", "sign_ins", "letters", "mails")
    counts = [_count(plan[name], name.replace("_", "-")) for name in names if plan.get(name)]
    ids = plan.get("ticket_ids", [])
    merged = [f"with {len(ids) - 1} merged into it"] if len(ids) > 1 else []
    return ", ".join([*merged, *counts]) or "nothing else"


def _count(number: int, plural: str) -> str:
    return f"{number} {plural if number != 1 else plural.removesuffix('s')}"

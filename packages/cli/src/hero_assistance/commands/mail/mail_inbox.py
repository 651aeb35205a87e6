"""`mail inbox`, `mail refile` and `mail discard`: the mails that arrived, from a shell."""

from __future__ import annotations

import re
import time
from typing import Any

import click

from hero_assistance.commands.call import as_json, as_user, call_as_operator
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_done, print_json, print_table
from hero_assistance_sdk.errors import UsageError

_LOOK = "hero_assistance mail inbox --state quarantined lists them"
_AGE = re.compile(r"([0-9]{1,6})([dhm])", re.ASCII)
_UNITS = {"d": 86_400, "h": 3_600, "m": 60}
_STATES = click.Choice(["received", "filed", "ignored", "quarantined"])


@click.command("inbox")
@click.argument("mail_id", type=click.IntRange(min=1), required=False)
@click.option("--state", type=_STATES, help="Those in one state alone.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at most.")
@as_user
@as_json
def inbox_command(mail_id: int | None, state: str | None, limit: int, user: str | None, *, as_json: bool) -> None:
    """List the mails that arrived, newest first, and what became of each; with MAIL_ID, show that one as it came."""
    if mail_id is not None:
        _show(call_as_operator(user, "mail.read", mail_id=mail_id), as_json=as_json)
        return
    page = call_as_operator(user, "mail.inbox", limit=limit, **({"state": state} if state else {}))
    if as_json:
        print_json(page)
        return
    columns = ["id", "state", "ticket", "from", "subject", "reason"]
    print_table(columns, [_to_cells(mail) for mail in page["mails"]])
    click.echo(", ".join(f"{count} {name}" for name, count in page["counts"].items()))
    if page["next_before"]:
        click.echo("there are more; --limit shows up to 200", err=True)


@click.command("refile")
@click.argument("mail_id", type=click.IntRange(min=1), required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that is quarantined.")
@as_user
@as_json
def refile_command(mail_id: int | None, user: str | None, *, everything: bool, as_json: bool) -> None:
    """File MAIL_ID, which was ignored or quarantined, or --all that is quarantined.

    Whom a mail acts for is decided as for every mail.
    """
    if (mail_id is None) != everything:
        raise UsageError("refile takes a MAIL_ID or --all", hint=_LOOK)
    if everything:
        count = _repeat(user, "mail.refile_quarantined")
        print_done(count, f"{_count(count)} filed now; hero_assistance mail inbox shows where", as_json=as_json)
        return
    mail = call_as_operator(user, "mail.refile", mail_id=mail_id)
    print_done(mail, f"mail {mail_id} is filed now; hero_assistance mail inbox {mail_id} shows where", as_json=as_json)


@click.command("discard")
@click.argument("mail_id", type=click.IntRange(min=1), required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that is quarantined.")
@click.option("--older-than", "age", metavar="AGE", help="What is quarantined for longer, such as 30d, 12h or 45m.")
@as_user
@as_json
def discard_command(mail_id: int | None, age: str | None, user: str | None, *, everything: bool, as_json: bool) -> None:
    """Delete MAIL_ID, or what is quarantined --older-than AGE, or --all of it; the records stay."""
    if (mail_id is not None) + (age is not None) + everything != 1:
        raise UsageError("discard takes one of MAIL_ID, --older-than AGE and --all", hint=_LOOK)
    if mail_id is not None:
        mail = call_as_operator(user, "mail.discard", mail_id=mail_id)
        print_done(mail, f"mail {mail_id} is discarded", as_json=as_json)
        return
    params = {} if age is None else {"before": int((time.time() - _read_age(age)) * 1000)}
    count = _repeat(user, "mail.discard_quarantined", **params)
    print_done(count, f"{_count(count)} discarded", as_json=as_json)


def _read_age(text: str) -> float:
    """Return an age in seconds; raises `UsageError`."""
    match = _AGE.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is no age", hint="write a number and d, h or m, such as 30d")
    return int(match[1]) * _UNITS[match[2]]


def _repeat(user: str | None, method: str, **params: Any) -> int:
    """Call what does a portion at once until nothing is left; returns how many it were."""
    from hero_assistance.rpc_command import Server

    total = 0
    with Server(user, operator=True) as server:
        while count := server.call(method, **params):
            total += count
    return total


def _count(mails: int) -> str:
    return "1 mail is" if mails == 1 else f"{mails} mails are"


def _show(found: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(found)
        return
    mail = found["mail"]
    where = f" on ticket {mail['ticket_id']}" if mail["ticket_id"] else ""
    reason = f": {mail['reason']}" if mail["reason"] else ""
    click.echo(sanitize(f"mail {mail['mail_id']} from {mail['source']}: {mail['state']}{where}{reason}"))
    click.echo(sanitize(found["raw"]) if found["raw"] is not None else "its bytes are not stored any more")
    if found["is_cut"]:
        click.echo("the rest is not shown", err=True)


def _to_cells(mail: dict[str, Any]) -> list[str]:
    return [
        str(mail["mail_id"]),
        mail["state"],
        str(mail["ticket_id"] or "-"),
        sanitize(mail["sender"] or "-"),
        sanitize(mail["subject"]),
        sanitize(mail["reason"]) or "-",
    ]

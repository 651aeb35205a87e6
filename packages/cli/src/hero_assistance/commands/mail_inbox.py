"""`mail inbox` and `mail refile`: the mails that arrived, from a shell."""

from __future__ import annotations

from typing import Any

import click

from hero_assistance.commands.call import as_json, as_user
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json, print_table

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
        _show(_call(user, "mail.read", mail_id=mail_id), as_json=as_json)
        return
    page = _call(user, "mail.inbox", limit=limit, **({"state": state} if state else {}))
    if as_json:
        print_json(page)
        return
    columns = ["id", "state", "ticket", "from", "subject", "reason"]
    print_table(columns, [_to_cells(mail) for mail in page["mails"]])
    click.echo(", ".join(f"{count} {name}" for name, count in page["counts"].items()))
    if page["next_before"]:
        click.echo("there are more; --limit shows up to 200", err=True)


@click.command("refile")
@click.argument("mail_id", type=click.IntRange(min=1))
@as_user
@as_json
def refile_command(mail_id: int, user: str | None, *, as_json: bool) -> None:
    """File MAIL_ID, which was ignored or quarantined; whom it acts for is decided as for every mail."""
    mail = _call(user, "mail.refile", mail_id=mail_id)
    if as_json:
        print_json(mail)
    else:
        click.echo(f"mail {mail_id} is filed now; hero_assistance mail inbox {mail_id} shows where")


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


def _call(user: str | None, method: str, **params: Any) -> Any:
    from hero_assistance.rpc_command import Server

    with Server(user, operator=True) as server:
        return server.call(method, **params)

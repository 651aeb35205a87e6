"""`mail list|open|status|outbox|retry|drop|test|inbox|refile|discard`: letters and mails of the desk, from a shell."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import click

from hero_assistance.commands.call import as_json, as_user, call_as_operator
from hero_assistance.commands.mail.mail_inbox import discard_command, inbox_command, refile_command
from hero_assistance.commands.mail.mail_status import describe_mail
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_done, print_json, print_table
from hero_assistance.outbox.outbox_counts import describe_pruned
from hero_assistance_sdk.errors import Unavailable, UsageError
from hero_assistance_sdk.paths import Paths

# How long a test letter may take until we say that it still waits.
_TEST_WAIT_S = 30.0
_POLL_S = 0.2
_STATES = click.Choice(["waiting", "done", "dead", "dropped"])
_limit = click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True, help="How many at most.")
_delivery_id = click.argument("delivery_id", type=click.IntRange(min=1))


@click.group("mail", invoke_without_command=True)
@click.pass_context
def mail_command(ctx: click.Context) -> None:
    """Letters of the desk; without a command, those in the outbox folder."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_command)


mail_command.add_command(inbox_command)
mail_command.add_command(refile_command)
mail_command.add_command(discard_command)


@mail_command.command("list")
@_limit
@as_json
def list_command(limit: int = 50, *, as_json: bool = False) -> None:
    """List the letters in the outbox folder, newest first: where they go while no mail server is set."""
    from hero_assistance.outbox.outbox_folder import iterate_letters

    folder = Paths.from_environ().mail
    letters = list(islice(iterate_letters(folder), limit + 1))
    more, letters = len(letters) > limit, letters[:limit]
    if as_json:
        print_json([_to_record(letter) for letter in letters])
    elif letters:
        rows = [[str(one.number), one.date, sanitize(one.to), sanitize(one.subject)] for one in letters]
        print_table(["id", "date", "to", "subject"], rows)
        if more:
            click.echo("there are more; --limit shows up to 200", err=True)
    else:
        click.echo(f"no letters in {folder}; hero_assistance mail status says where they go")


@mail_command.command("open")
@click.argument("letter", default="last")
@click.option("--launch", is_flag=True, help="Open it in the mail program of this machine.")
@as_json
def open_command(letter: str, *, launch: bool, as_json: bool) -> None:
    """Show LETTER of the outbox folder, by its id or file name; without one, the newest."""
    from hero_assistance.outbox.outbox_folder import find_letter

    found = find_letter(Paths.from_environ().mail, letter)
    if as_json:
        print_json(_to_record(found) | {"text": found.text})
    elif launch:
        click.launch(str(found.path))
    else:
        for name, value in (("To", found.to), ("Date", found.date), ("Subject", found.subject)):
            click.echo(sanitize(f"{name}: {value}"))
        click.echo(f"File: {found.path}\n")
        click.echo(sanitize(found.text))


@mail_command.command("status")
@as_user
@as_json
def status_command(user: str | None, *, as_json: bool) -> None:
    """Show how letters go out, and how many wait or were given up."""
    status, counts = call_as_operator(user, "mail.status"), call_as_operator(user, "outbox.counts")
    if as_json:
        print_json(status | counts)
        return
    click.echo(describe_mail(status))
    rows = [
        [one["channel"], one["state"], str(one["count"]), _format_time(one["oldest_at"])] for one in counts["counts"]
    ]
    if rows:
        print_table(["channel", "state", "count", "oldest"], rows)
    for line in describe_pruned(counts["pruned"], "mail", "letters"):
        click.echo(line)


@mail_command.command("outbox")
@click.option("--state", type=_STATES, help="Those in one state alone.")
@click.option("--all", "everything", is_flag=True, help="What was sent or dropped, too.")
@click.option("--channel", metavar="NAME", default="mail", show_default=True, help="Or webhook.")
@_limit
@as_user
@as_json
def outbox_command(
    state: str | None, channel: str, limit: int, user: str | None, *, everything: bool, as_json: bool
) -> None:
    """List what waits to be sent and what was given up, newest first, with the last error."""
    wanted = [state] if state else [None] if everything else ["waiting", "dead"]
    pages = [call_as_operator(user, "outbox.list", channel=channel, state=one, limit=limit) for one in wanted]
    found = sorted((one for page in pages for one in page["deliveries"]), key=lambda one: -one["delivery_id"])[:limit]
    if as_json:
        print_json(found)
        return
    columns = ["id", "state", "to", "what", "attempts", "next attempt", "last answer"]
    if found:
        print_table(columns, [_to_cells(one) for one in found])
    else:
        click.echo("nothing is listed" if everything or state else "nothing waits, and nothing was given up")
    if any(page["next_cursor"] for page in pages) or sum(len(page["deliveries"]) for page in pages) > limit:
        click.echo("there are more; --limit shows up to 200, and mail status counts them", err=True)
    for line in describe_pruned(call_as_operator(user, "outbox.counts")["pruned"], channel, "deliveries"):
        click.echo(line, err=True)


@mail_command.command("retry")
@click.argument("delivery_id", type=click.IntRange(min=1), required=False)
@click.option("--all", "everything", is_flag=True, help="Everything that was given up.")
@as_user
@as_json
def retry_command(delivery_id: int | None, user: str | None, *, everything: bool, as_json: bool) -> None:
    """Send DELIVERY_ID again now, whether it waits or was given up; or --all that was given up."""
    if (delivery_id is None) != everything:
        raise UsageError("retry takes a DELIVERY_ID or --all", hint="hero_assistance mail outbox lists them")
    if everything:
        count = call_as_operator(user, "outbox.retry_dead", channel="mail")
        print_done(count, f"{count} letters are sent again", as_json=as_json)
        return
    done = call_as_operator(user, "outbox.retry", delivery_id=delivery_id)
    said = f"delivery {delivery_id} is sent again" if done else f"delivery {delivery_id} is being sent, or is over"
    print_done(done, said, as_json=as_json)


@mail_command.command("drop")
@_delivery_id
@as_user
@as_json
def drop_command(delivery_id: int, user: str | None, *, as_json: bool) -> None:
    """Never send DELIVERY_ID, and forget what it holds."""
    done = call_as_operator(user, "outbox.drop", delivery_id=delivery_id)
    said = f"dropped delivery {delivery_id}" if done else f"delivery {delivery_id} is being sent, or is over"
    print_done(done, said, as_json=as_json)


@mail_command.command("test")
@click.argument("address")
@as_user
@as_json
def test_command(address: str, user: str | None, *, as_json: bool) -> None:
    """Send a test letter to ADDRESS and wait for what becomes of it; exit status 1 when it is not sent."""
    made = call_as_operator(user, "mail.test", address=address)
    # While the settings cannot be used, letters are held and none is tried.
    is_held = made["status"]["way"] == "held"
    delivery = _wait_for(user, made["delivery_id"], 0 if is_held else _TEST_WAIT_S)
    status = call_as_operator(user, "mail.status")
    if as_json:
        print_json(delivery)
    elif delivery["state"] == "done":
        click.echo(describe_mail(status))
    if delivery["state"] != "done":
        why = delivery["note"] or status["fault"] or "the mail server has not answered yet"
        hint = status["hint"] or _hint_for(delivery)
        raise Unavailable(f"the letter to {address} is not sent: {sanitize(why)}", hint=hint)
    if not as_json:
        click.echo(sanitize(f"sent to {address}: {delivery['note']}"))


def _wait_for(user: str | None, delivery_id: int, wait_s: float) -> dict[str, Any]:
    """Return a delivery once an attempt has ended, or after so many seconds."""
    until = time.monotonic() + wait_s
    while True:
        page = call_as_operator(user, "outbox.list", channel="mail")
        found: dict[str, Any] = next(one for one in page["deliveries"] if one["delivery_id"] == delivery_id)
        if found["state"] != "waiting" or found["note"] or time.monotonic() >= until:
            return found
        time.sleep(_POLL_S)


def _hint_for(delivery: dict[str, Any]) -> str:
    if delivery["state"] == "dead":
        return "the mail server takes letters, and not this one; is the address right, and MAIL_FROM one of its own?"
    return "it is tried again by itself; hero_assistance mail outbox shows when, and what the mail server says"


def _to_cells(delivery: dict[str, Any]) -> list[str]:
    waits = delivery["state"] == "waiting"
    is_due = delivery["in_flight"] or delivery["due_at"] <= time.time() * 1000
    when = "now" if waits and is_due else _format_time(delivery["due_at"]) if waits else "-"
    return [
        str(delivery["delivery_id"]),
        delivery["state"],
        sanitize(delivery["target"]),
        sanitize(delivery["summary"]),
        str(delivery["attempts"]),
        when,
        sanitize(delivery["note"]) or "-",
    ]


def _to_record(letter: Any) -> dict[str, Any]:
    return {
        "id": letter.number,
        "path": str(letter.path),
        "date": letter.date,
        "to": letter.to,
        "subject": letter.subject,
    }


def _format_time(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

"""`webhook list|add|update|enable|disable|remove|rotate|test|answers|redeliver`: who is told of events over HTTP."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import click

from hero_assistance.commands.call import as_json, as_user, call_as_operator
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json, print_table
from hero_assistance.outbox.outbox_counts import describe_pruned

# As long as the server waits for a receiver, and a little for the queue.
_TEST_S = 30.0
_LOOK_S = 0.1
_webhook_id = click.argument("webhook_id", type=click.IntRange(min=1))
_kinds = click.option("--kind", "kinds", multiple=True, help="A kind of event; more than once for more, else all.")
_description = click.option("--description", metavar="TEXT", help="What it is for.")


@click.group("webhook")
def webhook_command() -> None:
    """Webhooks: events of the desk, posted to URLs and signed as Standard Webhooks says.

    They go to addresses of the internet; the secret WEBHOOK_NETWORKS allows other networks.
    """


@webhook_command.command("list")
@as_user
@as_json
def list_command(user: str | None, *, as_json: bool) -> None:
    """List the webhooks, and how they fare."""
    found = call_as_operator(user, "webhook.list")
    if as_json:
        print_json(found)
        return
    columns = ["id", "state", "url", "kinds", "why"]
    print_table(columns, [_to_cells(webhook) for webhook in found["webhooks"]])
    for line in describe_pruned(call_as_operator(user, "outbox.counts")["pruned"], "webhook", "messages"):
        click.echo(line, err=True)


@webhook_command.command("add")
@click.argument("url")
@_kinds
@click.option("--notes", "with_notes", is_flag=True, help="Send the agents' notes too.")
@_description
@as_user
@as_json
def add_command(
    url: str, kinds: tuple[str, ...], description: str | None, user: str | None, *, with_notes: bool, as_json: bool
) -> None:
    """Post events to URL from now on; the secret that signs them is printed this once."""
    made = call_as_operator(
        user, "webhook.create", url=url, kinds=list(kinds), with_notes=with_notes, description=description or ""
    )
    _print_secret(made, f"added webhook {made['webhook']['webhook_id']}", as_json=as_json)


@webhook_command.command("update")
@_webhook_id
@click.option("--url", help="Where to.")
@_kinds
@click.option("--all-kinds", is_flag=True, help="Every kind of event.")
@click.option("--notes/--no-notes", "with_notes", default=None, help="Send the agents' notes too, or not.")
@_description
@as_user
@as_json
def update_command(
    webhook_id: int, url: str | None, kinds: tuple[str, ...], user: str | None, *, as_json: bool, **options: Any
) -> None:
    """Change what is given; the rest stays."""
    if kinds and options["all_kinds"]:
        raise click.UsageError("--kind and --all-kinds exclude each other")
    changed = {
        "url": url,
        "kinds": list(kinds) if kinds or options["all_kinds"] else None,
        "with_notes": options["with_notes"],
        "description": options["description"],
    }
    _print_webhook(user, webhook_id, "changed", changed, as_json=as_json)


@webhook_command.command("enable")
@_webhook_id
@as_user
@as_json
def enable_command(webhook_id: int, user: str | None, *, as_json: bool) -> None:
    """Send what happens from now on."""
    _print_webhook(user, webhook_id, "enabled", {"enabled": True}, as_json=as_json)


@webhook_command.command("disable")
@_webhook_id
@as_user
@as_json
def disable_command(webhook_id: int, user: str | None, *, as_json: bool) -> None:
    """Send nothing more; what happens meanwhile is not sent later."""
    _print_webhook(user, webhook_id, "disabled", {"enabled": False}, as_json=as_json)


@webhook_command.command("remove")
@_webhook_id
@as_user
def remove_command(webhook_id: int, user: str | None) -> None:
    """Delete a webhook, and the log of its answers."""
    call_as_operator(user, "webhook.delete", webhook_id=webhook_id)
    click.echo(f"removed webhook {webhook_id}")


@webhook_command.command("rotate")
@_webhook_id
@as_user
@as_json
def rotate_command(webhook_id: int, user: str | None, *, as_json: bool) -> None:
    """Make another secret, and print it this once; for a day the one before signs too."""
    made = call_as_operator(user, "webhook.rotate_secret", webhook_id=webhook_id)
    _print_secret(made, f"webhook {webhook_id} has another secret", as_json=as_json)


@webhook_command.command("test")
@_webhook_id
@as_user
@as_json
def test_command(webhook_id: int, user: str | None, *, as_json: bool) -> None:
    """Send a message that says nothing, and wait for the answer; the exit status is 1 where it was not taken."""
    queued = call_as_operator(user, "webhook.test", webhook_id=webhook_id)
    _print_answer(_wait_for_answer(user, webhook_id, queued["message_id"]), as_json=as_json)


@webhook_command.command("answers")
@_webhook_id
@click.option("--limit", type=click.IntRange(1, 100), default=20, show_default=True, help="How many at most.")
@as_user
@as_json
def answers_command(webhook_id: int, limit: int, user: str | None, *, as_json: bool) -> None:
    """List how the last attempts ended, newest first; the server keeps 100 of each webhook."""
    found = call_as_operator(user, "webhook.answers", webhook_id=webhook_id, limit=limit)
    if as_json:
        print_json(found)
        return
    columns = ["time", "event", "kind", "answer", "ms", "said"]
    print_table(columns, [_to_answer_cells(answer) for answer in found["answers"]])


@webhook_command.command("redeliver")
@_webhook_id
@click.argument("event", type=click.IntRange(min=1))
@as_user
@as_json
def redeliver_command(webhook_id: int, event: int, user: str | None, *, as_json: bool) -> None:
    """Send the event of that number once more, or one that was missed."""
    queued = call_as_operator(user, "webhook.redeliver", webhook_id=webhook_id, seq=event)
    if as_json:
        print_json(queued)
    else:
        click.echo(f"event {event} is sent to webhook {webhook_id} as {queued['message_id']}")


def _wait_for_answer(user: str | None, webhook_id: int, message_id: str) -> dict[str, Any]:
    """The answer to a message; raises `Unavailable` when there is none in time."""
    from hero_assistance.rpc_command import Server
    from hero_assistance_sdk.errors import Unavailable

    deadline = time.monotonic() + _TEST_S
    with Server(user, operator=True) as server:
        while time.monotonic() < deadline:
            answers: list[dict[str, Any]] = server.call("webhook.answers", webhook_id=webhook_id)["answers"]
            for answer in answers:
                if answer["message_id"] == message_id:
                    return answer
            time.sleep(_LOOK_S)
    hint = f"it is queued; hero_assistance webhook answers {webhook_id} shows its end"
    raise Unavailable(f"no attempt has ended within {_TEST_S:g} seconds", hint=hint)


def _print_answer(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(answer)
    elif answer["error"]:
        click.echo(sanitize(f"not taken: {answer['error']} {answer['excerpt']}".rstrip()), err=True)
    else:
        click.echo(f"taken with status {answer['status']} after {answer['duration_ms']} ms")
    if answer["error"]:
        click.get_current_context().exit(1)


def _print_webhook(user: str | None, webhook_id: int, done: str, changed: dict[str, Any], *, as_json: bool) -> None:
    webhook = call_as_operator(user, "webhook.update", webhook_id=webhook_id, **changed)
    if as_json:
        print_json(webhook)
    else:
        click.echo(f"{done} webhook {webhook_id}")
        _warn(webhook)


def _warn(webhook: dict[str, Any]) -> None:
    """Say what is in the way of messages."""
    if webhook["obstacle"]:
        click.echo(sanitize(f"warning: {webhook['obstacle']}"), err=True)


def _print_secret(made: dict[str, Any], said: str, *, as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    click.echo(said, err=True)
    _warn(made["webhook"])
    click.echo("the receiver checks messages with this secret, which is not shown again:", err=True)
    click.echo(made["secret"])


def _to_cells(webhook: dict[str, Any]) -> list[str]:
    kinds = ", ".join(webhook["kinds"]) or "all"
    notes = " and notes" if webhook["with_notes"] else ""
    why = webhook["disabled_because"] or webhook["obstacle"] or webhook["description"]
    return [str(webhook["webhook_id"]), webhook["state"], webhook["url"], kinds + notes, why]


def _to_answer_cells(answer: dict[str, Any]) -> list[str]:
    at = datetime.fromtimestamp(answer["at"] / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    said = answer["error"] or answer["excerpt"]
    status = "-" if answer["status"] is None else str(answer["status"])
    return [at, str(answer["seq"] or "-"), answer["kind"], status, str(answer["duration_ms"]), said]

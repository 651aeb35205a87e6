"""Whether letters go out: what is set, and what waits or was given up."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import Paths

_TIMEOUT_S = 5.0
# Mail servers are away for minutes now and then.
_LATE_S = 3600.0
# `--all` is of letters alone.
_END = {
    True: " shows why; mail retry --all sends them again, mail drop ID ends one",
    False: " shows why; mail retry ID sends one again, mail drop ID ends it",
}
_SET_URL = "hero_assistance secret set SMTP_URL URL, then MAIL_FROM; docs/operations.md says how"
_SET_SENDER = "hero_assistance secret set MAIL_FROM 'Support <support@example.org>'"
_SET_PAGE = "hero_assistance call project.update page_address=https://desk.example.org"


def check_mail(paths: Paths) -> Iterator[Finding]:
    """Ask the server how letters go out and what becomes of them; one that does not run is found by other checks."""
    from hero_assistance.rpc_command import operator_headers
    from hero_assistance_sdk.rpc.client import RpcClient

    try:
        with RpcClient(paths.socket("rpc"), headers=operator_headers(), timeout_s=_TIMEOUT_S) as rpc:
            status, counts = rpc.call("mail.status"), rpc.call("outbox.counts")["counts"]
            arrived = rpc.call("mail.inbox", limit=1)["counts"]
    except HeroError:
        return
    yield _judge_way(status, paths)
    if status["way"] == "smtp":
        yield from _check_sender(status)
    yield from _check_counts(counts)
    yield from _check_arrived(status, arrived)


def _judge_way(status: Mapping[str, Any], paths: Paths) -> Finding:
    if status["way"] == "smtp" and status["fault"]:
        return Finding("mail", Verdict.WARNING, f"letters wait: {status['fault']}", status["hint"] or _SET_URL)
    if status["way"] == "smtp":
        return Finding("mail", Verdict.OK, f"letters go to {status['server']} from {status['sender']}")
    if status["way"] == "held":
        return Finding("mail", Verdict.FAULT, f"letters wait: {status['fault']}", status["hint"] or _SET_URL)
    return Finding("mail", Verdict.OK, f"no mail server is set: letters stay in {paths.mail}", _SET_URL)


def _check_sender(status: Mapping[str, Any]) -> Iterator[Finding]:
    """What can be told of a sender without asking the network."""
    host = status["sender"].rpartition("@")[2]
    if "." not in host or host.endswith((".localdomain", ".local", ".internal", ".invalid")):
        detail = f"{host}, where letters come from, is no domain of the internet: most servers refuse them"
        yield Finding("mail", Verdict.WARNING, detail, _SET_SENDER)
    if not status["has_links"]:
        detail = "letters have no links: the address of the page is not set"
        yield Finding("mail", Verdict.WARNING, detail, _SET_PAGE)


def _check_counts(counts: list[Mapping[str, Any]]) -> Iterator[Finding]:
    for one in counts:
        what = f"{one['count']} deliveries of the channel {one['channel']}"
        if one["state"] == "dead":
            yield Finding(
                "outbox", Verdict.WARNING, f"{what} were given up", f"{_show(one)}{_END[one['channel'] == 'mail']}"
            )
        if one["state"] == "waiting" and time.time() - one["oldest_at"] / 1000 > _LATE_S:
            hours = (time.time() - one["oldest_at"] / 1000) / 3600
            detail = f"{what} wait, the first for {hours:.0f} hours"
            yield Finding("outbox", Verdict.WARNING, detail, f"{_show(one)} shows why")


def _show(count: Mapping[str, Any]) -> str:
    """The command that lists what is counted."""
    channel = "" if count["channel"] == "mail" else f" --channel {count['channel']}"
    return f"hero_assistance mail outbox{channel}"


def _check_arrived(status: Mapping[str, Any], arrived: Mapping[str, int]) -> Iterator[Finding]:
    """Whether answers by mail are read, and what is there to look at."""
    if not status["takes_answers"]:
        detail = "no mail comes in: neither IMAP_URL nor MAIL_LISTEN is set"
        yield Finding("inbox", Verdict.OK, detail, "docs/operations.md says how")
        return
    said = ", ".join(f"{count} {state}" for state, count in arrived.items())
    if arrived["quarantined"]:
        hint = "hero_assistance mail inbox --state quarantined shows why; mail refile or mail discard"
        yield Finding("inbox", Verdict.WARNING, f"mails wait for a decision: {said}", hint)
    else:
        yield Finding("inbox", Verdict.OK, f"mails that arrived: {said}")

"""The arguments of `flake-quarantine`, and how their values are read."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable

from flake_quarantine.campaigns.shards import Shard
from flake_quarantine.constants import DEFAULT_REGISTER
from flake_quarantine.errors import QuarantineError
from flake_quarantine.machine_load import MAX_FOREIGN_LOAD
from flake_quarantine.register import Kind

DESCRIPTION = "Measures, explains and quarantines tests that fail only while other tests run."
EPILOG = "What follows `--` is handed to every pytest."
ISSUE_COMMAND_HELP = "run by a shell for each test: it files an issue, or updates QUARANTINE_ISSUE, and prints the link"
SECONDS = {"s": 1, "m": 60, "h": 3600}
COMMANDS = (
    "measure",
    "hunt",
    "bisect",
    "list",
    "add",
    "release",
    "check",
    "remind",
    "report",
    "merge",
    "import",
    "prune",
    "explain",
)


class Parser(argparse.ArgumentParser):
    """Reports mistakes as QuarantineError, like the rest of this program."""

    def error(self, message: str) -> None:  # type: ignore[override]
        """Raise QuarantineError instead of ending the process."""
        raise QuarantineError(f"{message}; see {self.prog} --help")


class VersionAction(argparse.Action):
    """Prints the version, which is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        """Print the version and exit."""
        # Imported here: it takes longer than all the rest of the command's start.
        from importlib.metadata import version

        print(f"{parser.prog} {version('flake-quarantine')}")
        parser.exit()


def make_parser(handlers: dict[str, Callable[..., int]]) -> argparse.ArgumentParser:
    """Return the parser; each command is bound to its handler, whose docstring is the help."""
    top = Parser(prog="flake-quarantine", description=DESCRIPTION, epilog=EPILOG)
    top.add_argument("--version", action=VersionAction, nargs=0, help="print the version")
    commands = top.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    texts = {name: (handlers[name].__doc__ or "").strip() for name in COMMANDS}
    made = {name: commands.add_parser(name, help=text, description=text) for name, text in texts.items()}
    for name, command in made.items():
        command.set_defaults(handler=handlers[name])
        command.add_argument("--json", action="store_true", help="answer in JSON")
        command.add_argument(
            "--register", metavar="PATH", help=f"default: pytest's setting quarantine_file, or {DEFAULT_REGISTER}"
        )
        command.add_argument("--history", metavar="PATH", help="SQLite file of outcomes")
    made["measure"].add_argument("nodeid", nargs="*", help="default: every entry of the register")
    made["hunt"].add_argument("nodeid", nargs="*", help="where to look; default: what pytest collects")
    made["hunt"].add_argument("--budget", default="10m", metavar="TIME", help="such as 90s, 10m or 1h")
    made["hunt"].add_argument(
        "--shard",
        metavar="K/N",
        help="hunt in the K-th of N parts; every machine needs the same --history to begin with",
    )
    made["merge"].add_argument("file", nargs="+", help="histories to copy into that of --history")
    made["prune"].add_argument("--days", type=int, default=180, help="keep so many days; default: %(default)s")
    made["import"].add_argument("file", nargs="+", help="JUnit XML files")
    made["import"].add_argument("--prefix", default="", help="what these runs had as --junit-prefix")
    for name in ("bisect", "add", "release", "explain"):
        made[name].add_argument("nodeid")
    for name in ("measure", "hunt", "bisect", "add"):
        _add_campaign_options(made[name])
    _add_entry_options(made["add"])
    made["list"].add_argument("--owner", metavar="NAME", help="only entries of this owner")
    made["list"].add_argument("--within", type=int, metavar="DAYS", help="only entries that end within so many days")
    made["list"].add_argument("--by", choices=["owner", "cause"], help="in groups; the cause is read from --history")
    for name in ("check", "remind"):
        made[name].add_argument(
            "--days", type=int, default=7, help="an entry that lasts no longer ends soon; default: %(default)s"
        )
    for name in ("hunt", "add", "remind"):
        made[name].add_argument("--issue-command", metavar="COMMAND", help=ISSUE_COMMAND_HELP)
    made["report"].add_argument(
        "--merge",
        action="append",
        default=[],
        metavar="PATH",
        help="first copy another history into this one; repeatable",
    )
    made["report"].add_argument("--output", default="quarantine.html", metavar="PATH", help="default: %(default)s")
    return top


def _add_campaign_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--seed", type=int, help="order and choice of neighbours; default: by chance, and printed")
    command.add_argument("--ladder", default="1,4,8", help="workers as multiples of the cores; default: %(default)s")
    command.add_argument("--workers", type=int, help="so many workers instead of the ladder")
    command.add_argument("--copies", type=int, help="copies of the test in each batch")
    command.add_argument("--alone-runs", type=int, help="at most so many runs alone for each test; default: 500")
    command.add_argument("--load-runs", type=int, help="at most so many runs under load for each test; default: 600")
    command.add_argument("--max-time", metavar="TIME", help="end after this time, and what runs then too")
    command.add_argument(
        "--foreign-load",
        type=parse_share,
        default=MAX_FOREIGN_LOAD,
        metavar="SHARE",
        help="how much of the processors others may use for a failure alone to count; default: %(default)s",
    )
    command.add_argument(
        "--no-forks", action="store_true", help="start a pytest for each run, instead of forking one that has collected"
    )
    command.add_argument("--noise", default="", help="such as cpu=4,io=1,loop=1")


def _add_entry_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--owner", help="default: those of the file in CODEOWNERS")
    command.add_argument("--issue", help="the link; not needed with --issue-command")
    command.add_argument("--reason", required=True)
    command.add_argument("--kind", choices=[kind.value for kind in Kind])
    command.add_argument("--days", type=int, default=30, help="1 to 60; default: %(default)s")
    command.add_argument("--alone", metavar="K/N", help="failures and runs alone, instead of measuring now")
    command.add_argument("--load", metavar="K/N", help="failures and runs under load, instead of measuring now")


def parse_seconds(text: str) -> float:
    """Read `90s`, `10m` or `1h` as seconds; raises QuarantineError."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smh])", text)
    if not match:
        raise QuarantineError(f"a time is written as 90s, 10m or 1h, not {text!r}")
    return float(match.group(1)) * SECONDS[match.group(2)]


def parse_counts(text: str) -> tuple[int, int]:
    """Read `3/100` as failures and runs; raises QuarantineError."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match or int(match.group(1)) > int(match.group(2)) or not int(match.group(2)):
        raise QuarantineError(f"failures and runs are written as 3/100, not {text!r}; there is at least one run")
    return int(match.group(1)), int(match.group(2))


def parse_share(text: str) -> float:
    """Read `0.25`, a share from 0 to 1; raises QuarantineError."""
    if not re.fullmatch(r"0(\.\d+)?|1(\.0+)?", text):
        raise QuarantineError(f"a share is written as 0.25, from 0 to 1, not {text!r}")
    return float(text)


def parse_shard(text: str) -> Shard:
    """Read `3/20` as a shard; raises QuarantineError."""
    match = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if not match or not 1 <= int(match.group(1)) <= int(match.group(2)):
        raise QuarantineError(f"a shard is written as 3/20, from 1/20 to 20/20, not {text!r}")
    return Shard(int(match.group(1)), int(match.group(2)))


def parse_steps(text: str) -> tuple[int, ...]:
    """Read `1,4,8`, the steps of a ladder; raises QuarantineError."""
    if not re.fullmatch(r"[1-9]\d{0,2}(,[1-9]\d{0,2})*", text):
        raise QuarantineError(f"a ladder is written as 1,4,8, not {text!r}")
    return tuple(int(part) for part in text.split(","))

"""`access list|add|remove|clear`: who may open the page over TCP."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance_sdk.access_list import AccessList

_EVERYBODY = "everybody may open the page over TCP"
_entries = click.argument("entries", nargs=-1, required=True, metavar="ADDRESS...")


@click.group("access")
def access_command() -> None:
    """Addresses and networks that may open the page over TCP (the secret ADMIN_SECRETS)."""


@access_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(*, as_json: bool) -> None:
    """Show who is on the list."""
    from hero_assistance.setup import access_list

    access = access_list.read_list(Paths.from_environ())
    if as_json:
        print_json({"enforced": access.is_enforced, "entries": list(access.entries), "invalid": list(access.invalid)})
        return
    _print(access)
    for entry in access.invalid:
        click.echo(f"skipped, neither address nor network: {sanitize(entry)}", err=True)


@access_command.command("add")
@_entries
def add_command(entries: tuple[str, ...]) -> None:
    """Let these in; with the first of them everybody else is kept out."""
    from hero_assistance.setup import access_list

    _print(access_list.add_entries(Paths.from_environ(), entries))


@access_command.command("remove")
@_entries
def remove_command(entries: tuple[str, ...]) -> None:
    """Keep these out; what they have open ends within a minute."""
    from hero_assistance.setup import access_list

    _print(access_list.remove_entries(Paths.from_environ(), entries))


@access_command.command("clear")
def clear_command() -> None:
    """Let everybody in."""
    from hero_assistance.setup import access_list

    access_list.clear_list(Paths.from_environ())
    click.echo(_EVERYBODY)


def _print(access: AccessList) -> None:
    click.echo("\n".join(access.entries) if access.is_enforced else _EVERYBODY)

"""`secret set|get|list|delete`: what the daemons read from their supervisor."""

from __future__ import annotations

import sys

import click

from hero_assistance.light_commands.output import print_json
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths

DEFAULT_CONTEXT = "core"
_context = click.option("--context", default=DEFAULT_CONTEXT, show_default=True, help="The secrets' context.")


@click.group("secret")
def secret_command() -> None:
    """Secrets in the supervisor's store, such as THEME and ADMIN_SECRETS."""


@secret_command.command("set")
@click.argument("name")
@click.argument("value")
@_context
def set_command(name: str, value: str, context: str) -> None:
    """Store VALUE under NAME; VALUE - reads standard input, which keeps it out of `ps` and the history."""
    from hero_assistance import secrets

    if value == "-":
        value = sys.stdin.read().rstrip("\n")
        if not value:
            raise UsageError("standard input holds no value")
    secrets.set_secret(Paths.from_environ(), context, name, value)
    click.echo(f"stored {name} in context {context}")


@secret_command.command("get")
@click.argument("name")
@_context
def get_command(name: str, context: str) -> None:
    """Print the value of NAME."""
    from hero_assistance import secrets

    click.echo(secrets.get_secret(Paths.from_environ(), context, name))


@secret_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@_context
def list_command(context: str, *, as_json: bool) -> None:
    """List the names, never the values."""
    from hero_assistance import secrets

    names = secrets.list_secrets(Paths.from_environ(), context)
    if as_json:
        print_json(names)
    else:
        click.echo("\n".join(names) if names else f"no secrets in context {context}")


@secret_command.command("delete")
@click.argument("name")
@_context
def delete_command(name: str, context: str) -> None:
    """Delete NAME."""
    from hero_assistance import secrets

    secrets.delete_secret(Paths.from_environ(), context, name)
    click.echo(f"deleted {name} from context {context}")

"""`run`: the service in the foreground."""

from __future__ import annotations

import sys

import click

from hero_assistance.commands import service
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import PlainProgress
from hero_assistance_sdk.paths import Paths


@click.command("run")
@click.option("--auth-mode", type=click.Choice(["dev", "hero"]), default="hero", help="As with --start.")
@click.option("--seed-dev-users", is_flag=True, help="As with --start.")
@click.option("--ui-tcp", metavar="ADDRESS", multiple=True, help="As with --start.")
def run_command(auth_mode: str, *, seed_dev_users: bool, ui_tcp: tuple[str, ...]) -> None:
    """Start the service, show its logs, and stop it when asked to end: for containers and schedulers.

    It ends by SIGTERM or Ctrl-C, when the service is stopped elsewhere, or with an error when the supervisor is gone.
    """
    from hero_assistance.foreground import run_in_foreground
    from hero_assistance.log_reader import LogLine

    is_terminal = sys.stdout.isatty()

    def start() -> None:
        service.start(auth_mode, seed_dev_users=seed_dev_users, ui_tcp=ui_tcp)

    def show(line: LogLine) -> None:
        click.echo(f"{line.action} | {sanitize(line.text) if is_terminal else line.text}")

    run_in_foreground(Paths.from_environ(), start, show, PlainProgress())
    click.echo("stopped")

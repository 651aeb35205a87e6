"""`supervisor run`: the embedded supervisor in the foreground."""

from __future__ import annotations

import sys

import click

from hero_assistance_sdk.paths import Paths


@click.group("supervisor")
def supervisor_command() -> None:
    """The supervisor that runs the service where no hero_proc does."""


@supervisor_command.command("run")
@click.pass_context
def run_command(ctx: click.Context) -> None:
    """Run the embedded supervisor in the foreground; it ends when nothing is registered any more."""
    from hero_assistance.supervisor.connection import left_running
    from hero_assistance.supervisor.daemon import run

    paths = Paths.from_environ()
    status = run(paths)
    running = left_running(paths) if status == 0 and sys.stderr.isatty() else {}
    if running:
        named = ", ".join(f"{name} (process {record.identity.pid})" for name, record in sorted(running.items()))
        click.echo(f"{named}: what runs goes on; end it with: hero_assistance --stop", err=True)
    ctx.exit(status)

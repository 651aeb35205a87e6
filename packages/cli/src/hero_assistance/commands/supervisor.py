"""`supervisor run`: the embedded supervisor in the foreground."""

from __future__ import annotations

import click

from hero_assistance_sdk.paths import Paths


@click.group("supervisor")
def supervisor_command() -> None:
    """The supervisor that runs the service where no hero_proc does."""


@supervisor_command.command("run")
@click.pass_context
def run_command(ctx: click.Context) -> None:
    """Run the embedded supervisor in the foreground; it ends when nothing is registered any more."""
    from hero_assistance.supervisor.daemon import run

    ctx.exit(run(Paths.from_environ()))

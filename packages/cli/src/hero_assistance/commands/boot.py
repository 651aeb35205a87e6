"""`enable` and `disable`: whether the service comes back after a reboot."""

from __future__ import annotations

import click

from hero_assistance_sdk.paths import Paths


@click.command("enable")
def enable_command() -> None:
    """Bring the service back after a reboot, if it ran before: write a systemd user unit."""
    from hero_assistance.systemd_unit import enable

    enabled = enable(Paths.from_environ())
    click.echo(f"wrote {enabled.unit}" if enabled.changed else f"already enabled by {enabled.unit}")
    if not enabled.lingers:
        click.echo("it starts when you sign in; to have it start at boot: loginctl enable-linger")


@click.command("disable")
def disable_command() -> None:
    """Leave the service stopped after a reboot: remove the systemd user unit. What runs goes on."""
    from hero_assistance.systemd_unit import disable

    click.echo("removed the unit" if disable(Paths.from_environ()) else "was not enabled")

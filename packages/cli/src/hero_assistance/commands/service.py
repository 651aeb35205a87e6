"""`--start`, `--stop`, `restart`, `status` and `service list`."""

from __future__ import annotations

import click

from hero_assistance.light_commands.everyday import show_status
from hero_assistance.light_commands.output import print_json, print_table, show_progress
from hero_assistance.status import Status
from hero_assistance_sdk.paths import Paths


def start(auth_mode: str, *, seed_dev_users: bool, ui_tcp: tuple[str, ...]) -> None:
    """Mend the live release, start the service, and say what runs and where its page is."""
    from hero_assistance import lifecycle
    from hero_assistance.releases.mending import mend
    from hero_assistance.releases.store import ReleaseStore
    from hero_assistance.setup.first_admin import explain_missing_admin
    from hero_assistance.setup.page_listener import read_listeners
    from hero_assistance_sdk.net.sockets import parse_address
    from hero_assistance_sdk.os_errors import explain

    for address in ui_tcp:
        parse_address(address)
    paths = Paths.from_environ()
    ui_tcp = ui_tcp or read_listeners(paths)
    with show_progress() as progress:
        try:
            for path in mend(ReleaseStore.from_paths(paths)):
                progress.step(f"mended {path}")
        except OSError as error:
            # What cannot be written may still run.
            progress.step(f"not mended: {explain(error).line}")
        outcome = lifecycle.start(
            paths, auth_mode=auth_mode, seed_dev_users=seed_dev_users, ui_tcp=ui_tcp, progress=progress
        )
    release = outcome.status.release
    click.echo(f"started release {release}" if outcome.changed else f"already healthy (release {release})")
    for address in ui_tcp:
        click.echo(f"page: http://{address}/")
    _print_degraded(outcome.status)
    missing = explain_missing_admin()
    if missing is not None:
        click.echo(missing, err=True)


def stop() -> None:
    """Stop the service; that nothing runs is fine."""
    from hero_assistance import lifecycle

    with show_progress() as progress:
        outcome = lifecycle.stop(Paths.from_environ(), progress)
    click.echo("stopped" if outcome.changed else "nothing was running")


@click.command("restart")
def restart_command() -> None:
    """Replace what runs by new processes with the same flags; no caller is refused."""
    from hero_assistance import lifecycle

    with show_progress() as progress:
        outcome = lifecycle.restart(Paths.from_environ(), progress)
    click.echo(f"restarted on release {outcome.status.release}")
    _print_degraded(outcome.status)


def _print_degraded(found: Status) -> None:
    """Print what runs but is not all there."""
    for action in found.actions:
        for condition in action.conditions:
            click.echo(f"{action.name} is {action.state}: {condition.line}", err=True)


@click.command("status")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def status_command(ctx: click.Context, *, as_json: bool) -> None:
    """Show what runs. Exit status: 0 all healthy, 3 nothing runs, 1 anything else."""
    ctx.exit(show_status(as_json=as_json))


@click.group("service")
def service_command() -> None:
    """What is registered with the supervisor."""


@service_command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_command(*, as_json: bool) -> None:
    """List the registered services."""
    from hero_assistance.lifecycle import list_services

    found = list_services(Paths.from_environ())
    if as_json:
        print_json([one.model_dump(mode="json") for one in found])
        return
    if not found:
        click.echo("no service is registered")
        return
    rows = [[one.service, one.state.value, one.wanted.value, str(len(one.actions))] for one in found]
    print_table(["service", "state", "wanted", "actions"], rows)

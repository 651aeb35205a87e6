"""The command line of `hero_assistance_server`."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import click
import uvloop

from hero_assistance_sdk.limits import Limits, room_for
from hero_assistance_sdk.logs import configure_logs
from hero_assistance_sdk.net.ports import SERVER_PORT
from hero_assistance_sdk.net.sockets import parse_address
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.release import version_line
from hero_assistance_server.database_setting import read_database_setting
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.mycelium import DEFAULT_API
from hero_assistance_server.offline_commands import (
    backup_command,
    database_command,
    export_command,
    import_command,
    remove_demo_users_command,
    restore_command,
    restore_replica_command,
)
from hero_assistance_server.server import ServerSettings, run

PROGRAM = "hero_assistance_server"
TCP_DEFAULT = str(SERVER_PORT)
TCP_OFF = "off"


@click.group(
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(message=version_line(PROGRAM))
@click.option(
    "--auth-mode",
    type=click.Choice([mode.value for mode in AuthMode]),
    default=AuthMode.HERO.value,
    show_default=True,
    help="Who is believed on the Unix sockets: X-Hero-User of the edge, or X-Dev-User of anybody.",
)
@click.option("--seed-dev-users", is_flag=True, help="Make alice (admin), bob (agent), carol and dave.")
@click.option(
    "--tcp",
    metavar="ADDRESS",
    envvar="HERO_ASSISTANCE_TCP",
    default=TCP_DEFAULT,
    show_default=True,
    help="Where overlay peers connect: HOST:PORT, a port for every address, or off.",
)
@click.option(
    "--mycelium-api",
    metavar="ADDRESS",
    default=DEFAULT_API,
    show_default=True,
    help="Where the mycelium daemon is asked for the node's address, when MYCELIUM_BIND says auto:.",
)
@click.option("--replicated", is_flag=True, help="Leave it to Litestream to fold the log into the database.")
@click.pass_context
def command(
    ctx: click.Context, auth_mode: str, seed_dev_users: bool, tcp: str, mycelium_api: str, replicated: bool
) -> None:
    """Serve tickets and their events on rpc.sock, events.sock and TCP, in the foreground, until SIGTERM."""
    if ctx.invoked_subcommand is not None:
        return
    configure_logs()
    address = None if tcp == TCP_OFF else tcp
    for given in (address, mycelium_api):
        if given is not None:
            parse_address(given)
    limits = Limits.from_environ()
    # Before a socket is made, or taken from a server that runs.
    room_for(limits)
    settings = ServerSettings(
        Paths.from_environ(), AuthMode(auth_mode), seed_dev_users, address, mycelium_api, limits, replicated
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings))


async def _serve(settings: ServerSettings) -> None:
    await run(replace(settings, database=await read_database_setting(settings.paths)))


command.add_command(backup_command)
command.add_command(database_command)
command.add_command(export_command)
command.add_command(import_command)
command.add_command(remove_demo_users_command)
command.add_command(restore_command)
command.add_command(restore_replica_command)

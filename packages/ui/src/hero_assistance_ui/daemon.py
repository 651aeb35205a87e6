"""The command line of the daemon, and its listeners: `ui.sock`, and TCP where asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from hero_assistance_httpd.health import Health
from hero_assistance_httpd.listeners import Listener, serve, tcp_listener, unix_listener
from hero_assistance_httpd.settings_health import settings_reporter
from hero_assistance_sdk.hero_proc.settings import SettingsReader
from hero_assistance_sdk.limits import Limits, room_for
from hero_assistance_sdk.logs import configure_logs
from hero_assistance_sdk.net.socket_group import read_socket_group
from hero_assistance_sdk.paths import SERVICE, Paths
from hero_assistance_sdk.release import version_line
from hero_assistance_ui.access_list import AccessListPolicy
from hero_assistance_ui.application import Gateway, create_app
from hero_assistance_ui.assets import Assets
from hero_assistance_ui.identity import AuthMode
from hero_assistance_ui.projects import ShownProject, Sockets
from hero_assistance_ui.trust import Trust

PROGRAM = "hero_assistance_ui"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--auth-mode",
    type=click.Choice([mode.value for mode in AuthMode]),
    default=AuthMode.HERO.value,
    show_default=True,
    help="How callers are known: by the edge's headers, or by the page's picker of demo users.",
)
@click.option(
    "--tcp",
    metavar="ADDRESS",
    multiple=True,
    help="Serve the page on this address too, such as 127.0.0.1:9771; may be given several times.",
)
@click.version_option(None, "--version", message=version_line(PROGRAM))
def command(auth_mode: str, tcp: tuple[str, ...]) -> None:
    """Serve the support desk's page on ui.sock, for the ticket server of this machine."""
    configure_logs()
    asyncio.run(run(Paths.from_environ(), AuthMode(auth_mode), tcp))


async def run(paths: Paths, auth_mode: AuthMode, tcp: Sequence[str]) -> None:
    """Serve until SIGTERM; raises `AddressInUse` or `UsageError` for an address that it cannot listen on."""
    group = read_socket_group()
    # Before a socket is made, or taken from a daemon that runs.
    room_for(Limits.from_environ())
    target = Sockets(rpc=paths.socket("rpc"), events=paths.socket("events"))
    projects = [ShownProject(id=SERVICE, name="Support", target=target)]
    assets, health = Assets.read_packaged(), Health()
    reader = SettingsReader(paths, report=settings_reporter(health, "the page is closed to every address over TCP"))
    # Before the first connection, so that the list judges that one too.
    await reader.refresh()
    policy = AccessListPolicy(reader)
    local, remote = (
        create_app(projects, auth_mode=auth_mode, trust=trust, reader=reader, assets=assets, health=health)
        for trust in (Trust.SOCKET, Trust.TCP)
    )
    # TCP first: an address that is taken must not leave a ui.sock behind without a server.
    listeners = [tcp_listener(address, remote, policy) for address in tcp]
    listeners.append(unix_listener(paths.socket("ui"), local, group=group))
    await serve_gateways(listeners, [local, remote], reader)


async def serve_gateways(listeners: Sequence[Listener], gateways: Sequence[Gateway], reader: SettingsReader) -> None:
    """Serve until a signal, with fresh settings; closes the open streams first, so that stopping takes no time."""

    def closing() -> None:
        for gateway in gateways:
            gateway.close_streams()

    try:
        await serve(listeners, closing=closing, background=[reader.keep_fresh], limits=Limits.from_environ())
    finally:
        for gateway in gateways:
            await gateway.aclose()

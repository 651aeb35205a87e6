"""The command line of the app: which projects, which port, and whether to open a browser."""

from __future__ import annotations

import asyncio
import signal
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import ExitStack

import click

from hero_assistance_app.opening_file import OpeningFile
from hero_assistance_app.project_commands import project_group
from hero_assistance_app.remembered_projects import (
    KnownProject,
    ProjectsFileError,
    RememberedProjects,
    list_once,
    with_known_ids,
)
from hero_assistance_app.session import SessionGuard
from hero_assistance_app.targets import LOOPBACK, find_local_address, make_projects, parse_project
from hero_assistance_httpd.listeners import Listener, serve
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.logs import configure_logs, get_log
from hero_assistance_sdk.net.sockets import bind_tcp
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.release import version_line
from hero_assistance_ui.application import create_app
from hero_assistance_ui.identity import AuthMode
from hero_assistance_ui.projects import ShownProject
from hero_assistance_ui.trust import Trust

PROGRAM = "hero_assistance_app"
INTERRUPTED = 130

_log = get_log("app")


@click.group(invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(message=version_line(PROGRAM))
@click.option(
    "--project",
    "given",
    metavar="ADDRESS[,ADDRESS]...",
    multiple=True,
    help="A ticket server, HOST:PORT, or several addresses of one project; may be given several times. Remembered for"
    " the next start.",
)
@click.option("--no-browser", is_flag=True, help="Print the link and open nothing.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default="a free one", help="Port on 127.0.0.1.")
@click.option("--user", metavar="NAME", help="Who you are at first, on servers in dev mode.")
@click.pass_context
def command(context: click.Context, given: tuple[str, ...], *, no_browser: bool, port: int, user: str | None) -> int:
    """Show many projects in one inbox: serve the desk's page to one browser of this machine."""
    if context.invoked_subcommand is not None:
        return 0
    configure_logs("warning")
    if user is not None and not user.isprintable():
        raise UsageError(f"{user!r} is not a user's name")
    projects = _projects([parse_project(text) for text in given])
    ended_by = asyncio.run(_run(projects, port, user, not no_browser))
    return INTERRUPTED if ended_by is signal.SIGINT else 0


command.add_command(project_group)


def _projects(given: Sequence[KnownProject]) -> list[ShownProject]:
    remembered = RememberedProjects.of_this_user()

    def note_identified(project: KnownProject) -> None:
        _try(lambda: remembered.identify(project))

    if not given:
        local = None if (known := remembered.load()) else find_local_address(Paths.from_environ())
        return make_projects(known or ([local] if local else []), note_identified)
    projects = list_once(_with_known_ids(given, remembered))
    shown = make_projects(projects, note_identified)
    _try(lambda: remembered.save(projects))
    return shown


def _with_known_ids(given: Sequence[KnownProject], remembered: RememberedProjects) -> list[KnownProject]:
    try:
        return with_known_ids(given, remembered.load_ids())
    except ProjectsFileError as error:
        # It is replaced by what is given.
        click.echo(f"{PROGRAM}: which project is at an address is not known any more: {error.message}", err=True)
        return list(given)


def _try(remember: Callable[[], None]) -> None:
    """Remember something; a folder that cannot be written is no reason not to work."""
    try:
        remember()
    except ProjectsFileError as error:
        click.echo(f"{PROGRAM}: {error.message}", err=True)


async def _run(
    projects: Sequence[ShownProject], port: int, user: str | None, opens_browser: bool
) -> signal.Signals | None:
    socket = bind_tcp(f"{LOOPBACK}:{port}")
    bound = socket.getsockname()[1]
    gateway = create_app(projects, auth_mode=AuthMode.DEV, trust=Trust.TCP, first_user=user)
    cleanup = ExitStack()
    guard = SessionGuard(gateway, bound, on_opened=cleanup.close)
    try:
        async with asyncio.TaskGroup() as group:
            serving = group.create_task(
                serve([Listener("app", socket, guard, app_checks_host=True)], closing=gateway.close_streams)
            )
            # Once it has run up to its first wait, `serve` answers signals: only then is the link made known.
            await asyncio.sleep(0)
            click.echo(f"{PROGRAM}: open {guard.link}")
            if opens_browser:
                open_browser(guard.address, guard.token, cleanup)
    finally:
        cleanup.close()
        await gateway.aclose()
    return serving.result()


def open_browser(address: str, token: str, cleanup: ExitStack) -> None:
    """Open the desk in the browser, by a file that `cleanup` deletes."""
    try:
        file = OpeningFile(address, token)
    except OSError as error:
        click.echo(f"{PROGRAM}: no browser is opened: {error}", err=True)
        return
    cleanup.callback(file.remove)
    click.echo(f"{PROGRAM}: if the browser finds no file, open the link", err=True)
    # A browser in the terminal returns when it is closed; it must hold up neither the start nor the end.
    threading.Thread(target=webbrowser.open, args=[file.url], daemon=True).start()

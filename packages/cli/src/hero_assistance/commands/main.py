"""The top of the command line, and where errors become exit statuses."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence

import click

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.release import version_line

PROGRAM = "hero_assistance"
INTERRUPTED = 130

# Each command in the module that defines it: only the one that is called is imported.
COMMANDS = {
    "access": "access",
    "backup": "data",
    "call": "call",
    "disable": "boot",
    "doctor": "doctor",
    "enable": "boot",
    "export": "data",
    "import": "data",
    "install": "releases",
    "logs": "logs",
    "releases": "releases",
    "restart": "service",
    "restore": "data",
    "rollback": "releases",
    "secret": "secret",
    "service": "service",
    "status": "service",
    "supervisor": "supervisor",
    "ticket": "ticket",
}


class LazyGroup(click.Group):
    """A group that imports a command's module when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        module = COMMANDS.get(cmd_name)
        if module is None:
            return None
        imported = importlib.import_module(f"hero_assistance.commands.{module}")
        command: click.Command = getattr(imported, f"{cmd_name}_command")
        return command


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--start", "start", is_flag=True, help="Start the service, and return when it is healthy.")
@click.option("--stop", "stop", is_flag=True, help="Stop the service; no process and no socket is left.")
@click.option(
    "--auth-mode",
    type=click.Choice(["dev", "hero"]),
    default="hero",
    show_default=True,
    help="With --start: who callers are. hero: X-Hero-User of the proxy; dev: a picker, for trying out.",
)
@click.option("--seed-dev-users", is_flag=True, help="With --start: make the four demo users.")
@click.option(
    "--ui-tcp",
    metavar="ADDRESS",
    multiple=True,
    help="With --start: serve the page on this TCP address too, such as 127.0.0.1:9771.",
)
@click.option("--version", "version", is_flag=True, help="Print version and release.")
@click.pass_context
def cli(
    ctx: click.Context,
    *,
    start: bool,
    stop: bool,
    auth_mode: str,
    seed_dev_users: bool,
    ui_tcp: tuple[str, ...],
    version: bool,
) -> None:
    """Install, start, stop and look after the support desk of one product team."""
    if version:
        click.echo(version_line(PROGRAM))
        return
    if start and stop:
        raise click.UsageError("--start and --stop exclude each other")
    _only_with_start(ctx, start)
    if start or stop:
        if ctx.invoked_subcommand:
            raise click.UsageError("--start and --stop take no command")
        from hero_assistance.commands import service

        if start:
            service.start(auth_mode, seed_dev_users=seed_dev_users, ui_tcp=ui_tcp)
        else:
            service.stop()
    elif ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
        ctx.exit(2)


def _only_with_start(ctx: click.Context, start: bool) -> None:
    if start:
        return
    given = [
        name
        for name in ("auth_mode", "seed_dev_users", "ui_tcp")
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if given:
        flags = ", ".join("--" + name.replace("_", "-") for name in given)
        raise click.UsageError(f"{flags} only goes with --start")


def run(arguments: Sequence[str]) -> int:
    """Run one command line; errors are printed as one line and a hint, and become the exit status."""
    try:
        status = cli.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except HeroError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        for line in error.log_lines:
            print(f"  | {line}", file=sys.stderr)
        return error.exit_status
    except (click.Abort, KeyboardInterrupt):
        print(f"{PROGRAM}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output left (`| head`); nothing more can be said to it.
        sys.stderr.close()
        return 1

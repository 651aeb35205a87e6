"""The top of the command line, as click reads it."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

import click

from hero_assistance.light_commands.help_page import COMMANDS, OPTIONS, PROGRAM, SUMMARY, render_help
from hero_assistance_sdk.release import version_line


class LazyGroup(click.Group):
    """A group that imports a command's module when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, from its module."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        imported = importlib.import_module(f"hero_assistance.commands.{entry.module}")
        command: click.Command = getattr(imported, f"{cmd_name}_command")
        return command

    def get_help(self, ctx: click.Context) -> str:
        """The help page, which is made without click."""
        return render_help()


@click.group(
    cls=LazyGroup,
    help=SUMMARY,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option("--start", "start", is_flag=True, help=OPTIONS["start"][1])
@click.option("--stop", "stop", is_flag=True, help=OPTIONS["stop"][1])
@click.option(
    "--auth-mode",
    type=click.Choice(["dev", "hero"]),
    default="hero",
    help=OPTIONS["auth_mode"][1],
)
@click.option("--seed-dev-users", is_flag=True, help=OPTIONS["seed_dev_users"][1])
@click.option(
    "--ui-tcp",
    metavar="ADDRESS",
    multiple=True,
    help=OPTIONS["ui_tcp"][1],
)
@click.option("--version", "version", is_flag=True, help=OPTIONS["version"][1])
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
    """Start or stop the service; a command does its own work."""
    if version:
        click.echo(version_line(PROGRAM))
        return
    if start and stop:
        raise click.UsageError("--start and --stop exclude each other")
    _check_start_options(ctx, start)
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


def _check_start_options(ctx: click.Context, start: bool) -> None:
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


def run_with_click(arguments: Sequence[str]) -> int:
    """Run one command line and return its exit status; what click finds wrong with it is printed."""
    try:
        status = cli.main(list(arguments), prog_name=PROGRAM, standalone_mode=False)
        return status if isinstance(status, int) else 0
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        raise KeyboardInterrupt from None

"""`backup` and `restore`: all data in one file; `export` and `import`: the project for other programs."""

from __future__ import annotations

import click

from hero_assistance_sdk.paths import Paths

_file = click.argument("file", type=click.Path())
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command("backup")
@_file
@_json
@click.pass_context
def backup_command(ctx: click.Context, file: str, *, as_json: bool) -> None:
    """Back up tickets, users, attachments and settings into FILE, checked; a running service goes on."""
    _run_on_server(ctx, "backup", file, as_json=as_json)


@click.command("restore")
@_file
@_json
@click.pass_context
def restore_command(ctx: click.Context, file: str, *, as_json: bool) -> None:
    """Put the backup FILE in the place of the data; what was there is kept. The service must be stopped."""
    _run_on_server(ctx, "restore", file, as_json=as_json)


@click.command("export")
@click.argument("folder", type=click.Path())
@_json
@click.pass_context
def export_command(ctx: click.Context, folder: str, *, as_json: bool) -> None:
    """Write everything into the new FOLDER as JSON Lines and files; a running service goes on."""
    _run_on_server(ctx, "export", folder, as_json=as_json)


@click.command("import")
@click.argument("folder", type=click.Path())
@_json
@click.pass_context
def import_command(ctx: click.Context, folder: str, *, as_json: bool) -> None:
    """Read the export FOLDER into an empty project. The service must be stopped."""
    _run_on_server(ctx, "import", folder, as_json=as_json)


def _run_on_server(ctx: click.Context, name: str, *arguments: str, as_json: bool) -> None:
    from hero_assistance.commands.data.database_setting import run_on_data

    ctx.exit(run_on_data(Paths.from_environ(), [name, *(["--json"] if as_json else []), "--", *arguments]))

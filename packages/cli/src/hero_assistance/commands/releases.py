"""`install`, `releases` and `rollback`."""

from __future__ import annotations

from pathlib import Path

import click

from hero_assistance.light_commands.output import show_progress
from hero_assistance.light_commands.releases import list_releases, roll_back
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.paths import Paths


@click.command("install")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Install again what is installed; replace files in bin/ that are not ours.")
@click.option(
    "--restart",
    is_flag=True,
    help="Restart a running service on the new release; go back if it does not become healthy.",
)
def install_command(folder: Path, *, force: bool, restart: bool) -> None:
    """Install the release that a build left in DIR, and make it live with one rename."""
    from hero_assistance.releases.install import install

    paths = Paths.from_environ()
    store = ReleaseStore.from_paths(paths)
    with show_progress() as progress:
        outcome = install(store, folder, progress.step, force=force)
    if outcome.changed:
        before = f" (before: {outcome.switched.before})" if outcome.switched.before else ""
        click.echo(f"installed release {outcome.switched.after}{before}")
    else:
        click.echo(f"nothing changed: release {outcome.switched.after} is installed and live")
    for release in outcome.removed:
        click.echo(f"removed old release {release}")
    _say_what_a_shell_finds(store.bin)
    if restart:
        from hero_assistance.releases.upgrade import restart_or_roll_back

        with show_progress() as progress:
            restart_or_roll_back(paths, outcome.switched, progress)
        click.echo(f"running on release {outcome.switched.after}")


@click.command("releases")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def releases_command(*, as_json: bool) -> None:
    """List the installed releases, the last activated first."""
    list_releases(as_json=as_json)


@click.command("rollback")
@click.argument("release", required=False)
@click.option("--restart", is_flag=True, help="Restart a running service on that release.")
def rollback_command(release: str | None, *, restart: bool) -> None:
    """Go back to RELEASE, or to the one that was live before the live one."""
    roll_back(release, restart=restart)


def _say_what_a_shell_finds(folder: Path) -> None:
    """Say when a shell does not find what was installed, or another program of its name first."""
    from hero_assistance.search_path import find_other, format_line, is_on_path

    other = find_other(folder / "hero_assistance")
    if other is not None:
        click.echo(
            f"{other} is found before {folder / 'hero_assistance'}: remove it, or change the order of PATH", err=True
        )
    if not is_on_path(folder):
        click.echo(f"{folder} is not on PATH; add to your shell profile:", err=True)
        click.echo(f"  {format_line(folder)}", err=True)

"""`install`, `releases` and `rollback`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from hero_assistance.light_commands.output import print_error, print_json, show_progress
from hero_assistance.light_commands.releases import list_releases, roll_back
from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import Paths

if TYPE_CHECKING:
    from hero_assistance.releases.install import Outcome


@click.command("install")
@click.argument("source", metavar="[SOURCE]", required=False, type=click.Path())
@click.option("--force", is_flag=True, help="Install again what is installed; replace files in bin/ that are not ours.")
@click.option(
    "--restart",
    is_flag=True,
    help="Restart a running service on the new release; go back if it does not become healthy.",
)
@click.option("--sha256", metavar="HEX", help="The checksum of the archive. [default: as SHA256SUMS next to it says]")
@click.option(
    "--signers",
    type=click.Path(path_type=Path),
    help="Whose signature the archive must have: a file as ssh-keygen reads it. [default: release_signers]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, of an error too.")
def install_command(
    source: str | None, *, force: bool, restart: bool, sha256: str | None, signers: Path | None, as_json: bool
) -> None:
    """Install the release in SOURCE, and make it live with one rename.

    SOURCE is the folder that a build left, an archive of one, the URL of an archive, or the folder of an installed
    release; without it, the build that this program is part of, such as that of a package. A download that broke off
    goes on where it was.
    """
    from hero_assistance.releases.installation import install_release, serialize_outcome
    from hero_assistance.releases.sources.checksums import choose_checks
    from hero_assistance.releases.sources.own_build import find_own_build

    with reported_errors(as_json=as_json):
        paths = Paths.from_environ()
        checks = choose_checks(paths, sha256, signers)
        with show_progress() as progress:
            outcome = install_release(paths, source or str(find_own_build()), checks, progress, force=force)
        if not as_json:
            # Said before the restart, which may fail.
            _print_outcome(outcome)
            _say_what_a_shell_finds(paths.bin)
        restarted = restart and _restart(paths, outcome)
    if as_json:
        print_json(serialize_outcome(outcome, restarted=restarted))
    elif restarted:
        click.echo(f"running on release {outcome.switched.after}")
    else:
        _say_what_comes_next(paths, outcome)


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


@contextmanager
def reported_errors(*, as_json: bool) -> Iterator[None]:
    """Print an error as JSON as well, for programs that have to tell one from another."""
    from hero_assistance_sdk.os_errors import explain, is_missing_part

    try:
        yield
    except HeroError as error:
        if as_json:
            print_error(error)
        raise
    except OSError as error:
        # Of a missing part of this program nothing is said: it mends itself and begins again.
        if as_json and not is_missing_part(error):
            print_error(explain(error))
        raise


def _restart(paths: Paths, outcome: Outcome) -> bool:
    """Restart what runs, or go back; false when nothing runs."""
    from hero_assistance.releases.upgrade import restart_or_roll_back

    with show_progress() as progress:
        return restart_or_roll_back(paths, outcome.switched, progress)


def _print_outcome(outcome: Outcome) -> None:
    if outcome.changed:
        before = f" (before: {outcome.switched.before})" if outcome.switched.before else ""
        click.echo(f"installed release {outcome.switched.after}{before}")
    else:
        click.echo(f"nothing changed: release {outcome.switched.after} is installed and live")
    for release in outcome.removed:
        click.echo(f"removed old release {release}")


def _say_what_comes_next(paths: Paths, outcome: Outcome) -> None:
    """Say how the release comes to run, where none runs, or another one."""
    from hero_assistance.status import NOTHING_RUNS, read_status

    found = read_status(paths)
    if found.exit_status == NOTHING_RUNS:
        click.echo("nothing runs; start it with: hero_assistance --start")
    elif found.release not in (None, outcome.switched.after):
        click.echo(f"release {found.release} still runs; replace it with: hero_assistance restart")


def _say_what_a_shell_finds(folder: Path) -> None:
    """Say when a shell does not find what was installed, or another program of its name first."""
    from hero_assistance.search_path import find_other, find_system_command, format_line, is_on_path

    other = find_other(folder / "hero_assistance")
    if other is not None:
        click.echo(
            f"{other} is found before {folder / 'hero_assistance'}: remove it, or change the order of PATH", err=True
        )
    if not is_on_path(folder) and find_system_command("hero_assistance") is None:
        click.echo(f"{folder} is not on PATH; add to your shell profile:", err=True)
        click.echo(f"  {format_line(folder)}", err=True)

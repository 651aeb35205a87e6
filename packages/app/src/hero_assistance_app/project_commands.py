"""`project`: the projects that the app remembers, with the addresses and the id of each."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from hero_assistance_app.remembered_projects import KnownProject, ProjectsFileError, RememberedProjects, with_known_ids
from hero_assistance_app.targets import NoProject, make_projects, normalize_address
from hero_assistance_sdk.errors import HeroError, Unreachable
from hero_assistance_sdk.project.address_book import AddressBook
from hero_assistance_sdk.project.client import ProjectClient
from hero_assistance_sdk.project.identity import AnotherProject, parse_project_id
from hero_assistance_sdk.rpc.client import CALL_TIMEOUT_S

F = TypeVar("F", bound=Callable[..., Any])


def as_json(command: F) -> F:
    """The option `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def _complete_address(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The remembered addresses that begin with what is typed."""
    try:
        known = RememberedProjects.of_this_user().load()
    except ProjectsFileError:
        return []
    return [CompletionItem(one) for project in known for one in project.addresses if one.startswith(incomplete)]


@click.group("project")
def project_group() -> None:
    """The projects that are shown at the next start."""


@project_group.command("add")
@click.argument("addresses", metavar="ADDRESS...", nargs=-1, required=True)
@click.option("--id", "wanted", metavar="ID", help="The project's id, if it is known. [default: as its servers prove]")
@as_json
def add(addresses: tuple[str, ...], wanted: str | None, *, as_json: bool) -> int:
    """Remember one project at all of its ADDRESSes, in the order in which they are to be used.

    Each is asked which project answers. One that is away is remembered as well; another project is refused.
    """
    remembered = RememberedProjects.of_this_user()
    known = remembered.load()
    given = KnownProject(
        tuple(dict.fromkeys(map(normalize_address, addresses))), None if wanted is None else parse_project_id(wanted)
    )
    # What cannot be shown would end every later start.
    make_projects([given])
    found, away = _ask_each(*with_known_ids([given], remembered.load_ids()))
    remembered.save(_replace_known(known, found))
    if as_json:
        click.echo(json.dumps({**_describe(found), "away": {name: error.message for name, error in away.items()}}))
        return 0
    click.echo(f"remembered: {_line(found)}")
    for error in away.values():
        click.echo(f"away now: {error.message}", err=True)
    return 0


@project_group.command("list")
@as_json
def list_projects(*, as_json: bool) -> int:
    """List the remembered projects: the beginning of each one's id, and its addresses."""
    known = RememberedProjects.of_this_user().load()
    if as_json:
        click.echo(json.dumps([_describe(project) for project in known]))
        return 0
    for project in known:
        click.echo(_line(project))
    return 0


@project_group.command("remove")
@click.argument("address", shell_complete=_complete_address)
def remove(address: str) -> int:
    """Forget the project with this ADDRESS, and its id."""
    remembered, normal = RememberedProjects.of_this_user(), normalize_address(address)
    found = next((project for project in remembered.load() if normal in project.addresses), None)
    if found is None:
        known = remembered.load_ids().get(normal)
        if known is None:
            raise NoProject(f"no remembered project has the address {normal}", hint="hero_assistance_app project list")
        # It is shown no longer, and still known.
        found = KnownProject((normal,), known)
    remembered.remove(found)
    return 0


def _ask_each(project: KnownProject) -> tuple[KnownProject, dict[str, HeroError]]:
    """Return the project with the id that its servers prove, and why each address that is away is.

    Raises `AnotherProject`; a single server of an earlier release proves nothing, and is taken without an id.
    """
    book = AddressBook(project.addresses, project.project_id, always_proves=True)
    away: dict[str, HeroError] = {}
    # The first server that is ever asked makes the project's key, which takes a slow machine some seconds.
    with ProjectClient(book, connect_s=CALL_TIMEOUT_S) as client:
        for address in project.addresses:
            try:
                client.probe(address)
            except Unreachable as error:
                away[address] = error
            except AnotherProject:
                if book.has_several or project.project_id is not None:
                    raise
    return KnownProject(project.addresses, book.project_id), away


def _replace_known(known: Sequence[KnownProject], found: KnownProject) -> list[KnownProject]:
    """Return the remembered projects with the found one in the place of those that share an address with it."""
    place = next((place for place, one in enumerate(known) if one.is_same(found)), len(known))
    kept = [None if one.is_same(found) else one for one in known]
    kept.insert(place, found)
    return [one for one in kept if one is not None]


def _describe(project: KnownProject) -> dict[str, object]:
    return {"addresses": list(project.addresses), "project_id": project.project_id}


def _line(project: KnownProject) -> str:
    known_by = "-" if project.project_id is None else project.project_id
    return f"{known_by}  {', '.join(project.addresses)}"

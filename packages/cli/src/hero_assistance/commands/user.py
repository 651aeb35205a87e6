"""`user add|list|link|deactivate|reactivate|erase`: the users of the desk, for the operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import click

from hero_assistance.commands.call import as_json
from hero_assistance.commands.erasure import erase_command
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json, print_table
from hero_assistance.rpc_command import Server
from hero_assistance_sdk.errors import NotFound, UsageError
from hero_assistance_sdk.paths import Paths

_ROLES = click.Choice(["admin", "agent", "customer"])
_email = click.argument("email", metavar="EMAIL")


@click.group("user")
def user_command() -> None:
    """Users of the running desk; allowed to the OS user who owns its data."""


@user_command.command("add")
@_email
@click.option("--role", type=_ROLES, help="What they may do. [default: customer; as it is for who is there]")
@click.option("--name", metavar="NAME", help="How others see them. [default: from the address]")
@as_json
def add_command(email: str, role: str | None, name: str | None, *, as_json: bool) -> None:
    """Add a user, or change one; print a link that signs them in once, within a week."""
    _show_access(_call("user.add", email=email, role=role, name=name), as_json=as_json)


@user_command.command("link")
@_email
@as_json
def link_command(email: str, *, as_json: bool) -> None:
    """Print a link that signs a user in once, within a day; links made before count no longer."""
    _show_access(_call("user.link", email=email), as_json=as_json)


@user_command.command("list")
@as_json
def list_command(*, as_json: bool) -> None:
    """List the users."""
    with Server.as_operator() as server:
        users = list(_iterate(server))
    if as_json:
        print_json(users)
        return
    rows = [
        [one["user_id"], one["name"], one["role"], one["email"] or "-", "active" if one["active"] else "deactivated"]
        for one in users
    ]
    print_table(["id", "name", "role", "e-mail", "state"], rows)


@user_command.command("deactivate")
@click.argument("user", metavar="[USER]", required=False)
@click.option("--demo", is_flag=True, help="All demo users of --seed-dev-users; the service must be stopped.")
@as_json
@click.pass_context
def deactivate_command(ctx: click.Context, user: str | None, *, demo: bool, as_json: bool) -> None:
    """Refuse USER, an id or an e-mail address, everywhere from now on; what they wrote stays."""
    if demo is (user is not None):
        raise UsageError("give USER or --demo")
    if demo:
        from hero_assistance.sibling_programs import run_server

        ctx.exit(run_server(Paths.from_environ(), ["remove-demo-users", *(["--json"] if as_json else [])]))
    _change("user.deactivate", user or "", as_json=as_json)


@user_command.command("reactivate")
@click.argument("user", metavar="USER")
@as_json
def reactivate_command(user: str, *, as_json: bool) -> None:
    """Let USER, an id or an e-mail address, in again; they sign in by a new link."""
    _change("user.reactivate", user, as_json=as_json)


user_command.add_command(erase_command)


def _change(method: str, user: str, *, as_json: bool) -> None:
    with Server.as_operator() as server:
        found = find_user(server, user)
        answer = server.call(method, user_id=found["user_id"])
    if as_json:
        print_json(answer)
        return
    after = answer.get("user", answer)
    click.echo(sanitize(f"{after['user_id']} is {'active' if after['active'] else 'deactivated'}"))
    if answer.get("open_tickets"):
        click.echo(f"open tickets are still theirs: {len(answer['open_tickets'])}", err=True)


def _call(method: str, **params: Any) -> Any:
    with Server.as_operator() as server:
        return server.call(method, **params)


def _iterate(server: Server) -> Iterator[dict[str, Any]]:
    cursor = None
    while True:
        page = server.call("user.list", cursor=cursor)
        yield from page["users"]
        cursor = page["next_cursor"]
        if cursor is None:
            return


def find_user(server: Server, text: str) -> dict[str, Any]:
    """Return the user with this id or e-mail address; raises `NotFound`."""
    folded = text.lower()
    for user in _iterate(server):
        if text == user["user_id"] or folded == user["email"]:
            return user
    raise NotFound(f"there is no user {text}", hint="hero_assistance user list")


def _show_access(access: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(access)
        return
    user = access["user"]
    click.echo(sanitize(f"{user['name']} <{user['email']}> is {user['role']}, by the id {user['user_id']}"))
    if access["link"] is None:
        click.echo("the page has no address yet (hero_assistance setup); this code signs them in once:")
        click.echo(access["code"])
        return
    click.echo("this link signs them in once:")
    click.echo(access["link"])
    click.echo(f"or, on a device that asks for a code: {access['code']}")
    if access["mailed"]:
        click.echo("both are on their way by mail")

"""`user add|list|link|deactivate|reactivate|erase`: the users of the desk, for the operator."""

from __future__ import annotations

from typing import Any

import click

from hero_assistance.commands.call import as_json
from hero_assistance.commands.erasure import erase_command
from hero_assistance.commands.user_records import find_user, iterate_users, serialize_user
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json, print_table
from hero_assistance.rpc_command import Server
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths

# How long a code counts (docs/security.md).
_CODE_MINUTES = 15
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
    """Print a link that signs a user in once, within a day; one printed before counts no longer."""
    _show_access(_call("user.link", email=email), as_json=as_json)


@user_command.command("list")
@as_json
def list_command(*, as_json: bool) -> None:
    """List the users."""
    with Server.as_operator() as server:
        users = list(iterate_users(server))
    if as_json:
        print_json([serialize_user(one) for one in users])
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
        from hero_assistance.commands.data.database_setting import run_on_data

        ctx.exit(run_on_data(Paths.from_environ(), ["remove-demo-users", *(["--json"] if as_json else [])]))
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
    after = answer.get("user", answer)
    if as_json:
        print_json({**answer, "user": serialize_user(after)} if "user" in answer else serialize_user(after))
        return
    click.echo(sanitize(f"{after['user_id']} is {'active' if after['active'] else 'deactivated'}"))
    if answer.get("open_tickets"):
        click.echo(f"open tickets are still theirs: {len(answer['open_tickets'])}", err=True)


def _call(method: str, **params: Any) -> Any:
    with Server.as_operator() as server:
        return server.call(method, **params)


def _show_access(access: dict[str, Any], *, as_json: bool) -> None:
    user = access["user"]
    if as_json:
        print_json({**access, "user": serialize_user(user)})
        return
    click.echo(sanitize(f"{user['name']} <{user['email']}> is {user['role']}, by the id {user['user_id']}"))
    if access["link"] is None:
        click.echo("the page has no address yet (hero_assistance setup)")
        click.echo(f"this code signs them in once, within {_CODE_MINUTES} minutes:")
        click.echo(access["code"])
        return
    click.echo("this link signs them in once:")
    click.echo(access["link"])
    click.echo(f"or, on a device that asks for a code, within {_CODE_MINUTES} minutes: {access['code']}")
    if access["mailed"]:
        click.echo("the link is on its way by mail")

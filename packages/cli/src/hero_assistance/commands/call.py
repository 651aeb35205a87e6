"""`call`: any method of the running server."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from hero_assistance.light_commands.everyday import call_method

F = TypeVar("F", bound=Callable[..., Any])


def as_user(command: F) -> F:
    """The option `--as`, of every command that calls the server."""
    return click.option("--as", "user", metavar="USER", help="Who calls; in dev mode, the admin without it.")(command)


def as_json(command: F) -> F:
    """The option `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def call_as_operator(user: str | None, method: str, **params: Any) -> Any:
    """Call the running server once: as that user, else as the OS user who owns the data."""
    from hero_assistance.rpc_command import Server

    with Server(user, operator=True) as server:
        return server.call(method, **params)


def complete_method(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The methods that begin with what is typed, from the running server."""
    from hero_assistance.rpc_command import list_known_methods

    methods = list_known_methods().values()
    return [CompletionItem(one.name, help=one.summary) for one in methods if one.name.startswith(incomplete)]


def complete_word(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The params that are not given yet, and the values of one that has a few."""
    from hero_assistance.rpc_command import list_known_methods

    method = list_known_methods().get(ctx.params.get("method") or "")
    if method is None:
        return []
    key, separator, _ = incomplete.partition("=")
    given = {word.partition("=")[0].removesuffix(":") for word in ctx.params.get("words") or ()}
    if separator:
        found = [f"{key}={value}" for value in method.params.get(key, {}).get("enum", ())]
    else:
        found = [f"{name}=" for name in method.params if name not in given]
    return [CompletionItem(word) for word in found if word.startswith(incomplete)]


@click.command("call")
@click.argument("method", required=False, shell_complete=complete_method)
@click.argument("words", nargs=-1, metavar="[KEY=VALUE|KEY:=JSON]...", shell_complete=complete_word)
@as_user
@click.option("--operator", is_flag=True, help="Call as the OS user who owns the desk's data.")
@as_json
def call_command(
    method: str | None, words: tuple[str, ...], user: str | None, *, operator: bool, as_json: bool
) -> None:
    """Call METHOD of the running server; without METHOD, list the methods.

    KEY=VALUE is read by the param's type: a value that is JSON of that type is taken as JSON, such as 5, true, null or
    '["a","b"]'; a list can be written a,b,c as well; a text is taken as it stands. KEY:=JSON is always JSON. As the
    value of a text, - reads standard input and @FILE a file.
    """
    if operator and user is not None:
        raise click.UsageError("--as and --operator exclude each other")
    call_method(method, words, user, as_json=as_json, operator=operator)

"""`setup`: from a fresh installation to a first admin who can sign in."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from hero_assistance.commands.call import as_json
from hero_assistance.commands.mail.mail_status import describe_mail
from hero_assistance.commands.user_records import serialize_user
from hero_assistance.light_commands.foreign_text import sanitize
from hero_assistance.light_commands.output import print_json, show_progress
from hero_assistance.setup.desk_setup import SetupChoices, SetupResult, set_up
from hero_assistance.setup.page_listener import check_page
from hero_assistance.setup.setup_checks import check_email, check_mail_server, check_sender
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.net.ports import PAGE_PORT
from hero_assistance_sdk.paths import Paths

_PAGE_DEFAULT = f"http://localhost:{PAGE_PORT}"
_STDIN = "-"


@click.command("setup")
@click.option("--name", metavar="NAME", help="The name of the desk, as customers see it.")
@click.option("--admin", metavar="EMAIL", help="The e-mail address of the first admin.")
@click.option(
    "--page",
    metavar="ADDRESS",
    help="Where users open the page: http://localhost:PORT or http://IP:PORT is served right there at each start; "
    "https://NAME is a proxy's.",
)
@click.option(
    "--smtp-url", metavar="URL", help="How mail goes out; - reads it from standard input. [default: a folder]"
)
@click.option("--mail-from", metavar="ADDRESS", help="The sender of the desk's mails.")
@as_json
def setup_command(
    name: str | None,
    admin: str | None,
    page: str | None,
    smtp_url: str | None,
    mail_from: str | None,
    *,
    as_json: bool,
) -> None:
    """Set up a desk that runs: its name, its page, how mail goes out, and a first admin with a one-time link.

    Asks for what is not given, on a terminal. It can be run again: what is given is changed.
    """
    if smtp_url == _STDIN:
        smtp_url = sys.stdin.readline().strip()
    asks = sys.stdin.isatty() and not as_json
    admin = check_email(admin or _ask(asks, "--admin", "E-mail address of the first admin", check_email))
    page = check_page(page or _ask(asks, "--page", "Address of the page", check_page, default=_PAGE_DEFAULT))
    if asks:
        name = name or click.prompt("Name of the desk", default="Support")
        smtp_url = smtp_url or _ask_mail()
        if smtp_url and not mail_from:
            question = "Sender of the desk's mails, such as Support <support@example.org>"
            mail_from = _ask(asks, "--mail-from", question, check_sender)
    smtp_url, mail_from = _check_mail(smtp_url, mail_from)
    choices = SetupChoices(admin, page, name, smtp_url or None, mail_from or None)
    with show_progress() as progress:
        done = set_up(Paths.from_environ(), choices, progress)
    if as_json:
        print_json(_serialize(done))
    else:
        _print(done)


def _check_mail(smtp_url: str | None, mail_from: str | None) -> tuple[str | None, str | None]:
    if smtp_url and not mail_from:
        raise UsageError("--smtp-url needs --mail-from", hint="--mail-from 'Support <support@example.org>'")
    return smtp_url and check_mail_server(smtp_url), mail_from and check_sender(mail_from)


def _asks_again(check: Callable[[str], str]) -> Callable[[str], str]:
    """Make of a check one that a question is repeated by."""

    def check_answer(answer: str) -> str:
        try:
            return check(answer)
        except UsageError as error:
            raise click.UsageError(sanitize(error.line)) from None

    return check_answer


def _ask(asks: bool, flag: str, question: str, check: Callable[[str], str], *, default: str | None = None) -> str:
    if not asks:
        raise UsageError(
            f"{flag} is missing", hint="setup asks for what is not given, on a terminal and without --json"
        )
    answer: str = click.prompt(question, default=default, value_proc=_asks_again(check))
    return answer


def _ask_mail() -> str:
    question = "Mail server, such as smtps://USER:PASSWORD@mail.example.org (empty: letters stay in a folder)"
    check = _asks_again(lambda text: check_mail_server(text) if text.strip() else "")
    answer: str = click.prompt(question, default="", show_default=False, hide_input=True, value_proc=check)
    return answer


def _serialize(done: SetupResult) -> dict[str, object]:
    return {
        "name": done.project["name"],
        "page_address": done.project["page_address"],
        "listens": done.listens,
        "mail": done.mail,
        "auth_mode": done.auth_mode,
        "admin": serialize_user(done.access["user"]),
        "link": done.access["link"],
        "expires_at": done.access["expires_at"],
        "code": done.access["code"],
        "code_expires_at": done.access["code_expires_at"],
        "mailed": done.access["mailed"],
    }


def _print(done: SetupResult) -> None:
    page = done.project["page_address"]
    click.echo(sanitize(f"{done.project['name']} is set up; its page is {page}"))
    if done.listens is None:
        click.echo("a proxy has to serve it from ui.sock: docs/proxy.md shows how")
    elif not done.is_applied:
        click.echo("it listens there from the next hero_assistance --start on")
    if done.auth_mode == "dev":
        click.echo(
            "this desk runs in dev mode, where every visitor is who they choose: start it without --auth-mode dev"
        )
    click.echo(describe_mail(done.mail))
    user = done.access["user"]
    click.echo(
        sanitize(f"{user['name']} <{user['email']}> is {user['role']}; this link signs them in once, within a week:")
    )
    click.echo(done.access["link"])

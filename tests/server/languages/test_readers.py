"""Whose language a letter of a running server is in, and what an admin sets of it."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import OPERATOR, Desk, until
from tests.server.mail.mails import CAROL, SERVER, deliver, vouched, write

pytestmark = pytest.mark.anyio


async def read_letter(desk: Desk) -> EmailMessage:
    """The one letter of the desk, once it is in its outbox folder."""
    await until(lambda: list(desk.paths.mail.glob("*.eml")))
    (path,) = desk.paths.mail.glob("*.eml")
    message = message_from_bytes(path.read_bytes(), policy=default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    ("own", "project", "subject"),
    [("fr", "en", "Connexion à Support"), ("en", "fr", "Sign in at Support"), ("", "fr", "Connexion à Support")],
)
async def test_who_signs_in_reads_their_own_language(desk: Desk, own: str, project: str, subject: str) -> None:
    await desk.call("project.update", "alice", language=project)
    await desk.call("user.update", "alice", user_id="carol", email=CAROL, language=own)
    await desk.call("auth.request_link", None, email=CAROL)
    letter = await read_letter(desk)
    assert (letter["Subject"], letter["Content-Language"]) == (subject, own or project)


@pytest.mark.parametrize(
    ("own", "asked_in", "project", "subject"),
    [
        ("", "fr", "en", "Connexion à Support"),
        ("", "fr-CA", "en", "Connexion à Support"),
        ("", "en", "fr", "Sign in at Support"),
        ("", "qps", "fr", "Connexion à Support"),
        ("ja", "fr", "en", "Connexion à Support"),
        ("en", "fr", "fr", "Sign in at Support"),
    ],
)
async def test_who_has_no_language_reads_the_one_they_ask_in(
    desk: Desk, own: str, asked_in: str, project: str, subject: str
) -> None:
    await desk.call("project.update", "alice", language=project)
    await desk.call("user.update", "alice", user_id="carol", email=CAROL, language=own)
    await desk.call("auth.request_link", None, email=CAROL, language=asked_in)
    assert (await read_letter(desk))["Subject"] == subject


async def test_who_is_added_reads_the_language_of_the_project(desk: Desk) -> None:
    await desk.call("project.update", "alice", language="fr")
    await desk.call("user.add", OPERATOR, email="erin@example.org")
    assert (await read_letter(desk))["Subject"] == "Votre accès à Support"


async def test_who_is_invited_to_a_ticket_reads_their_own_language(desk: Desk) -> None:
    await desk.call("user.update", "alice", user_id="dave", email="dave@example.org", language="fr-CA")
    made = await desk.call("ticket.create", "carol", title="No network", body="")
    await desk.call("ticket.invite_address", "bob", ticket_id=made["ticket_id"], email="dave@example.org")
    assert (await read_letter(desk))["Subject"] == "Un ticket de Support est partagé avec vous"


async def test_the_test_letter_has_the_language_of_who_sends_it(desk: Desk) -> None:
    await desk.call("user.update_me", "alice", language="fr")
    await desk.call("mail.test", "alice", address="alice@example.org")
    letter = await read_letter(desk)
    assert letter["Subject"] == "Un courriel d’essai de Support"
    assert letter.get_content().replace("\r\n", "\n") == (
        "Ce courriel montre que Support peut envoyer des courriels.\n\n"
        "Si vous ne l’attendiez pas, vous n’avez rien à faire.\n"
    )


async def test_the_operator_sends_the_test_letter_in_the_language_of_the_project(desk: Desk) -> None:
    await desk.call("mail.test", OPERATOR, address="alice@example.org")
    letter = await read_letter(desk)
    assert letter["Subject"] == "A test letter from Support"
    assert letter.get_content().replace("\r\n", "\n") == (
        "This letter shows that Support can send mail.\n\nIf you did not expect it, you need do nothing.\n"
    )


@pytest.mark.parametrize(
    ("header", "value", "language", "opening"),
    [
        ("Content-Language", "fr-CA", "fr-CA", "Nous avons bien reçu votre courriel."),
        ("Accept-Language", "de, fr;q=0.5, en;q=0.2", "fr", "Nous avons bien reçu votre courriel."),
        ("Content-Language", "en-US", "en-US", "We have your mail."),
        ("Content-Language", "de", None, "Nous avons bien reçu votre courriel."),
        ("Subject-Language", "en", None, "Nous avons bien reçu votre courriel."),
    ],
)
async def test_a_newcomer_has_the_language_of_their_first_mail(
    desk: Desk, header: str, value: str, language: str | None, opening: str
) -> None:
    await desk.call("project.update", "alice", language="fr")
    mail = write()
    mail[header] = value
    filed = await deliver(desk, mail)
    ticket = await desk.call("ticket.get", "alice", ticket_id=filed["ticket_id"])
    users = (await desk.call("user.list", "alice"))["users"]
    assert [one["language"] for one in users if one["user_id"] == ticket["customer"]] == [language]
    assert opening in (await read_letter(desk)).get_content()


async def test_a_mail_changes_no_language_that_was_chosen(desk: Desk) -> None:
    await desk.call("user.update", "alice", user_id="carol", email=CAROL, language="en")
    await desk.call("project.update", "alice", mail_servers=[SERVER])
    mail = write(sender=CAROL, Authentication_Results=vouched())
    mail["Content-Language"] = "fr"
    filed = await deliver(desk, mail)
    assert (await desk.call("ticket.get", "alice", ticket_id=filed["ticket_id"]))["customer"] == "carol"
    users = (await desk.call("user.list", "alice"))["users"]
    assert [one["language"] for one in users if one["user_id"] == "carol"] == ["en"]


@pytest.mark.parametrize(("tag", "language"), [("fr", "fr"), ("FR-ca", "fr"), ("en-GB", "en")])
async def test_a_project_has_a_language_that_letters_are_written_in(desk: Desk, tag: str, language: str) -> None:
    await desk.call("project.update", "alice", language="fr")
    assert (await desk.call("project.update", "alice", language=tag))["language"] == language
    assert (await desk.call("project.get", "carol"))["language"] == language


@pytest.mark.parametrize("tag", ["de", "", "f", "fr_FR", "x" * 36])
async def test_a_project_has_no_other_language(desk: Desk, tag: str) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("project.update", "alice", language=tag)
    assert refused.value.remote_reason == "invalid-params"


async def test_what_is_refused_says_which_languages_there_are(desk: Desk) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("project.update", "alice", language="de")
    assert "letters are not written in it, but in en, fr" in str(refused.value.data["faults"])

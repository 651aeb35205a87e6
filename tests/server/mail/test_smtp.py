"""Letters to a real mail server: encryption, logins, refusals, and what is not known."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hero_assistance_server.mail.sending.smtp import Envelope, SmtpTransport
from hero_assistance_server.mail.sending.smtp_faults import ServerFault
from hero_assistance_server.mail.sending.smtp_url import parse_smtp_url
from hero_assistance_server.outbox.model import Outcome, Refused, RetryLater, Sent
from tests.server.mail.certificates import make_certificate, server_context
from tests.server.mail.mail_server import Behaviour, MailServer, mail_server

pytestmark = pytest.mark.anyio

LETTER = b"Subject: hello\r\n\r\nA text.\r\n.\r\n..two\r\n"
TO = Envelope("desk@example.org", "dan@example.org")


async def send(
    url: str, envelope: Envelope = TO, *, command_timeout_s: float = 20.0, answer_timeout_s: float = 20.0
) -> Outcome:
    transport = SmtpTransport(parse_smtp_url(url), "desk.example.org", command_timeout_s, answer_timeout_s)
    try:
        return await transport.send(envelope, LETTER)
    finally:
        transport.close()


async def fault(url: str, *, command_timeout_s: float = 20.0) -> str:
    with pytest.raises(ServerFault) as caught:
        await send(url, command_timeout_s=command_timeout_s)
    return str(caught.value)


async def test_a_letter_arrives_as_it_was_sent() -> None:
    async with mail_server() as server:
        outcome = await send(server.url())
    assert outcome == Sent("250 queued as 1")
    (received,) = server.received
    assert (received.sender, received.to, received.content) == (TO.sender, (TO.to,), LETTER)


async def test_one_connection_sends_one_letter_after_the_other_also_behind_a_refused_one() -> None:
    async with mail_server() as server:
        server.behaviour.rcpt = {"no@example.org": "550 5.1.1 no such user"}
        transport = SmtpTransport(parse_smtp_url(server.url()), "desk.example.org")
        outcomes = [
            await transport.send(Envelope(TO.sender, to), LETTER)
            for to in ("a@example.org", "no@example.org", "b@example.org")
        ]
        transport.close()
    assert [type(outcome) for outcome in outcomes] == [Sent, Refused, Sent]
    assert server.sessions == 1
    assert [one.to for one in server.received] == [("a@example.org",), ("b@example.org",)]


async def test_a_connection_that_the_server_has_ended_is_replaced() -> None:
    async with mail_server() as server:
        server.behaviour.dies_after_data = 1
        transport = SmtpTransport(parse_smtp_url(server.url()), "desk.example.org")
        assert isinstance(await transport.send(TO, LETTER), RetryLater)
        assert isinstance(await transport.send(TO, LETTER), Sent)
        for connection in transport._idle:
            connection.close()
        assert isinstance(await transport.send(TO, LETTER), Sent)
        transport.close()


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (Behaviour(rcpt={TO.to: "550 5.1.1 no such user"}), Refused("550 5.1.1 no such user")),
        (Behaviour(rcpt={TO.to: "451 4.7.1 greylisted"}), RetryLater("451 4.7.1 greylisted")),
        (Behaviour(data="554 5.7.1 spam"), Refused("554 5.7.1 spam")),
        (Behaviour(data="452 4.3.1 disk full"), RetryLater("452 4.3.1 disk full")),
    ],
)
async def test_a_refusal_for_ever_or_for_now(behaviour: Behaviour, outcome: Outcome) -> None:
    async with mail_server(make=lambda: MailServer(behaviour=behaviour)) as server:
        assert await send(server.url()) == outcome


async def test_a_server_that_refuses_our_address_takes_no_letters_at_all() -> None:
    async with mail_server(make=lambda: MailServer(behaviour=Behaviour(mail="550 5.7.1 not yours"))) as server:
        assert await fault(server.url()) == "the mail server refuses our address: 550 5.7.1 not yours"


async def test_a_server_that_dies_before_its_answer_may_have_the_letter() -> None:
    async with mail_server() as server:
        server.behaviour.dies_after_data = 1
        outcome = await send(server.url())
    assert isinstance(outcome, RetryLater)
    assert "may have arrived" in outcome.error
    assert len(server.received) == 1


async def test_a_slow_server_is_waited_for_and_not_for_ever() -> None:
    async with mail_server() as server:
        server.behaviour.delay_s = 0.5
        assert isinstance(await send(server.url()), Sent)
        outcome = await send(server.url(), answer_timeout_s=0.1)
    assert isinstance(outcome, RetryLater)
    assert "may have arrived" in outcome.error


async def test_no_server_is_a_fault() -> None:
    async with mail_server() as server:
        url = server.url()
    assert (await fault(url)).startswith("the mail server cannot be reached: ")


async def test_a_server_that_says_nothing_is_a_fault() -> None:
    silent = await asyncio.start_server(lambda _reader, _writer: asyncio.sleep(60), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    assert "cannot be reached" in await fault(f"smtp://127.0.0.1:{port}", command_timeout_s=0.2)
    silent.close()


async def test_tls_from_the_start_and_by_starttls_with_a_login(tmp_path: Path) -> None:
    key, certificate = make_certificate(tmp_path)
    context = server_context(key, certificate)
    async with mail_server(tls=context, implicit_tls=True, auth=True) as server:
        assert isinstance(await send(server.url(f"ca={certificate}", login=True, scheme="smtps")), Sent)
        assert server.logins == ["desk"]
    async with mail_server(tls=context, auth=True) as server:
        assert isinstance(await send(server.url(f"ca={certificate}", login=True)), Sent)
        assert server.used_tls[-1]


async def test_a_certificate_of_others_is_refused_unless_the_url_says_so(tmp_path: Path) -> None:
    key, certificate = make_certificate(tmp_path)
    async with mail_server(tls=server_context(key, certificate), auth=True) as server:
        assert "the certificate of the mail server is not valid" in await fault(server.url("", login=True))
        assert server.logins == []
        assert isinstance(await send(server.url("verify=no", login=True)), Sent)


async def test_a_password_never_goes_over_a_connection_that_is_not_encrypted() -> None:
    async with mail_server(auth=True) as server:
        assert "does not offer" in await fault(server.url("", login=True))
        assert server.logins == []
        assert isinstance(await send(server.url("starttls=never", login=True)), Sent)


async def test_encryption_that_is_offered_is_used(tmp_path: Path) -> None:
    key, certificate = make_certificate(tmp_path)
    async with mail_server(tls=server_context(key, certificate)) as server:
        assert isinstance(await send(server.url("")), Sent)
        assert server.used_tls[-1]
    async with mail_server() as server:
        assert isinstance(await send(server.url("")), Sent)


async def test_a_wrong_password_is_a_fault_that_names_the_setting() -> None:
    async with mail_server(auth=True) as server:
        url = server.url("starttls=never", login=True).replace("p%40ss", "wrong")
        assert "refuses the user and password of SMTP_URL" in await fault(url)


async def test_an_address_with_other_letters_than_ascii() -> None:
    async with mail_server() as server:
        assert isinstance(await send(server.url(), Envelope(TO.sender, "дан@example.org", is_utf8=True)), Sent)
        assert server.received[0].to == ("дан@example.org",)

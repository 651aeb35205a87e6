"""SMTP_URL and MAIL_FROM: what they mean, and what is wrong with them."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SettingsFault
from hero_assistance_server.mail.sending.mail_settings import read_mail_settings
from hero_assistance_server.mail.sending.sender_address import FOLDER_SENDER, SenderAddress, is_address, parse_mail_from
from hero_assistance_server.mail.sending.smtp_url import Encryption, SmtpServer, parse_smtp_url

pytestmark = pytest.mark.pure

FROM = "Support <support@example.org>"


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", SmtpServer("mail.example.org", 587, Encryption.OFFERED)),
        ("smtp://mail.example.org:25/", SmtpServer("mail.example.org", 25, Encryption.OFFERED)),
        ("smtp://u:p@mail.example.org", SmtpServer("mail.example.org", 587, Encryption.STARTTLS, "u", "p")),
        ("smtps://u:p@mail.example.org", SmtpServer("mail.example.org", 465, Encryption.TLS, "u", "p")),
        (
            "smtp://a%40b.org:p%2Fq%3A%40@[::1]:2525?starttls=never",
            SmtpServer("::1", 2525, Encryption.NONE, "a@b.org", "p/q:@"),
        ),
        (
            "smtps://h?verify=no&ca=/etc/ca.pem",
            SmtpServer("h", 465, Encryption.TLS, verify=False, ca_file="/etc/ca.pem"),
        ),
        ("smtp://h?starttls=always", SmtpServer("h", 587, Encryption.STARTTLS)),
    ],
)
def test_a_url(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mail.example.org", "begins neither"),
        ("http://mail.example.org", "begins neither"),
        ("smtp://", "names no host"),
        ("smtp://h:port", "no address"),
        ("smtp://h:99999", "no address"),
        ("smtp://h:0", "port 0"),
        ("smtp://[::1", "no address"),
        ("smtp://h/inbox", "behind the host"),
        ("smtp://h#x", "behind the host"),
        ("smtp://user@h", "not both"),
        ("smtp://:secret@h", "not both"),
        ("smtp://u:p%0d%0a@h", "line end"),
        ("smtp://h?tls=yes", "an option that there is not"),
        ("smtp://h?starttls", "not NAME=VALUE"),
        ("smtp://h?starttls=sometimes", "starttls is never or offered or always"),
        ("smtp://h?verify=no&verify=yes", "given twice"),
        ("smtp://h?verify=maybe", "verify is yes or no"),
        ("smtps://h?starttls=always", "has no option starttls"),
    ],
)
def test_a_wrong_url_says_what_is_wrong_and_how_to_write_it(url: str, said: str) -> None:
    with pytest.raises(SettingError) as caught:
        parse_smtp_url(url)
    assert said in caught.value.message
    assert "smtps://USER:PASSWORD@HOST" in (caught.value.hint or "")


@pytest.mark.parametrize(
    "url",
    [
        "smtp://u:geheim?@h",
        "smtp://h?geheim=1",
        "smtp://u:geheim#@h",
        "smtp://u:geheim@h:port",
        "smtp://u:geheim@",
        "x://u:geheim@h",
        "smtp://u:geheim@h/x",
    ],
)
def test_what_is_wrong_with_a_url_names_no_password(url: str) -> None:
    with pytest.raises(SettingError) as caught:
        parse_smtp_url(url)
    assert "geheim" not in str(caught.value)
    assert "geheim" not in repr(SmtpServer("h", 1, Encryption.TLS, "u", "geheim"))


@pytest.mark.parametrize(
    ("text", "sender"),
    [
        ("support@example.org", SenderAddress("support@example.org")),
        (FROM, SenderAddress("support@example.org", "Support")),
        ('"Support, the desk" <s@example.org>', SenderAddress("s@example.org", "Support, the desk")),
    ],
)
def test_a_sender(text: str, sender: SenderAddress) -> None:
    assert parse_mail_from(text) == sender


@pytest.mark.parametrize(
    "text", ["", "support", "a@b@c", "a b@example.org", "a@ex ample.org", "x <>", "a@b.org\nBcc: c@d.org"]
)
def test_a_wrong_sender(text: str) -> None:
    with pytest.raises(SettingError):
        parse_mail_from(text)


@pytest.mark.parametrize(
    "text",
    [
        "a@b.org\r\nRCPT TO:<x@y.org>",
        "a@b.org>",
        "<a@b.org",
        "a@b.org,c@d.org",
        f"{'a' * 65}@b.org",
        "a" * 300 + "@b.org",
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_address(text)


def test_without_settings_letters_go_into_the_folder() -> None:
    settings = read_mail_settings(DaemonSettings())
    assert settings is not None
    assert (settings.smtp, settings.sender, settings.fault) == (None, FOLDER_SENDER, None)


def test_it_is_not_known_before_the_settings_are_read() -> None:
    assert read_mail_settings(None) is None


@pytest.mark.parametrize(
    "settings",
    [
        DaemonSettings(smtp_url="nonsense", mail_from=FROM),
        DaemonSettings(smtp_url="smtp://h"),
        DaemonSettings(mail_from="nonsense"),
        DaemonSettings(fault=SettingsFault("the file of secrets is damaged", None)),
    ],
)
def test_letters_wait_for_settings_that_can_be_used(settings: DaemonSettings) -> None:
    read = read_mail_settings(settings)
    assert read is not None
    assert read.fault is not None


def test_the_settings_show_no_password() -> None:
    assert "geheim" not in repr(DaemonSettings(smtp_url="smtp://u:geheim@h", mail_from=FROM))

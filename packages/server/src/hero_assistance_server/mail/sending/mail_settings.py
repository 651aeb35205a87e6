"""How mail goes out, as the operator set it."""

from __future__ import annotations

from dataclasses import dataclass

from hero_assistance_sdk.errors import SettingError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_server.mail.sending.sender_address import FOLDER_SENDER, SenderAddress, parse_mail_from
from hero_assistance_server.mail.sending.smtp_url import SmtpServer, parse_smtp_url

_NO_SENDER = "SMTP_URL is set and MAIL_FROM is not: letters have no sender"
_UNREAD = "the supervisor's secrets cannot be read: it is not known how mail goes out"


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Where letters go: to `smtp`, or into the folder where it is `None`; with `fault` they wait.

    `takes_answers` says that answers to the sender's address are read.
    """

    sender: SenderAddress
    smtp: SmtpServer | None = None
    fault: SettingError | None = None
    takes_answers: bool = False

    @property
    def reaches_users(self) -> bool:
        """Whether letters leave this machine; without a mail server they stay in a folder of it."""
        return self.smtp is not None and self.fault is None


def read_mail_settings(settings: DaemonSettings | None) -> MailSettings | None:
    """Return how mail goes out; `None` while it is not known.

    What cannot be read holds letters back, because they must not go to another place.
    """
    if settings is None:
        return None
    sender = FOLDER_SENDER
    try:
        if settings.is_closed:
            raise SettingError(_UNREAD, hint="hero_assistance doctor says why")
        if settings.mail_from is not None:
            sender = parse_mail_from(settings.mail_from)
        smtp = None if settings.smtp_url is None else parse_smtp_url(settings.smtp_url)
        if smtp is not None and settings.mail_from is None:
            raise SettingError(_NO_SENDER, hint="hero_assistance secret set MAIL_FROM 'Support <support@example.org>'")
    except SettingError as fault:
        return MailSettings(sender, fault=fault)
    return MailSettings(sender, smtp, takes_answers=_takes_answers(settings))


def _takes_answers(settings: DaemonSettings) -> bool:
    return settings.imap_url is not None or settings.mail_listen is not None

"""What is wrong with a mail server, in the words of an operator who has to put it right."""

from __future__ import annotations

import socket
import ssl

# Answers about the server and our login, to any command: it closes (421), or wants a login or another one (RFC 4954).
OF_SERVER = frozenset({421, 454, 530, 534, 535, 538})
WAIT_HINT = "letters wait, and are sent when it takes them again"
_SET_URL = "hero_assistance secret set SMTP_URL URL"
_REACH_HINT = f"are host and port right (465 is for smtps://), and does a firewall let them through? {_SET_URL}"
_NAME_HINT = f"is the host written as the provider writes it? {_SET_URL} sets another one"
_LOGIN_HINT = f"user and password as the provider gave them, with %40 for @; often a password for programs: {_SET_URL}"
_CERTIFICATE_HINT = "the host as the provider writes it; for a server of your own ?ca=FILE behind the URL"
_TLS_HINT = "smtps:// is for port 465, smtp:// for 587 and 25"
_OFFER_HINT = "smtps:// for a server that is encrypted from the start; ?starttls=never only within your own network"
SENDER_HINT = "MAIL_FROM has to be an address that this server sends for: hero_assistance secret set MAIL_FROM ADDRESS"
CA_HINT = "the file has certificates in PEM form, and the service may read it"


class ServerFault(Exception):
    """The server takes no letter at all now, such as for a wrong password; the message says why.

    `hint` says what to do, and `knew_letter` that the server knew the receiver when it said so.
    """

    def __init__(self, message: str, hint: str = "", *, knew_letter: bool = False) -> None:
        super().__init__(message)
        self.hint = hint
        self.knew_letter = knew_letter


def describe(error: Exception) -> str:
    """Return what the server said, or what became of the connection."""
    code, message = getattr(error, "code", None), getattr(error, "message", None)
    if code is not None and message is not None:
        return f"{code} {message}"
    return str(message or error or type(error).__name__)


def find_hint(error: Exception) -> str:
    """Return what helps after an answer about the server as a whole."""
    return WAIT_HINT if getattr(error, "code", None) in {421, 454} else _LOGIN_HINT


def explain(error: Exception) -> tuple[str, str]:
    """Return why there is no connection, and what to do."""
    from aiosmtplib import SMTPAuthenticationError, SMTPNotSupported

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate of the mail server is not valid: {cause.verify_message}", _CERTIFICATE_HINT
        if isinstance(cause, ssl.SSLError):
            return "the mail server does not speak TLS here", _TLS_HINT
        if isinstance(cause, socket.gaierror):
            return "the mail server cannot be reached: its name cannot be resolved", _NAME_HINT
        if isinstance(cause, SMTPAuthenticationError):
            return f"the mail server refuses the user and password of SMTP_URL: {describe(error)}", _LOGIN_HINT
        cause = cause.__cause__ or cause.__context__
    # The library has no error of its own for STARTTLS.
    if isinstance(error, SMTPNotSupported) or "not supported" in str(error):
        return f"the mail server does not offer what SMTP_URL asks for: {describe(error)}", _OFFER_HINT
    return f"the mail server cannot be reached: {describe(error)}", _REACH_HINT

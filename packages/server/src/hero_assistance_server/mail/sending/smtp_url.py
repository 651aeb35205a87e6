"""The secret `SMTP_URL`: which mail server takes our letters, and how it is talked to."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from hero_assistance_sdk.errors import SettingError

T = TypeVar("T")

SUBMISSION_PORT = 587
TLS_PORT = 465
_FORM = "smtp://USER:PASSWORD@HOST:587 or smtps://USER:PASSWORD@HOST:465, with %40 for @ in a user or password"
_OPTIONS = frozenset({"starttls", "verify", "ca"})


class Encryption(StrEnum):
    """How a connection is encrypted; with `OFFERED` only where the server offers it."""

    NONE = "never"
    OFFERED = "offered"
    STARTTLS = "always"
    TLS = "tls"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server that takes our letters; `ca_file` holds the certificates that it may be signed by."""

    host: str
    port: int
    encryption: Encryption
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    verify: bool = True
    ca_file: str | None = None

    @property
    def name(self) -> str:
        """How an operator is told which server it is, without a secret."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_smtp_url(text: str) -> SmtpServer:
    """Read an SMTP_URL; raises `SettingError`, whose message holds no part of the URL that may be secret."""
    try:
        url = urlsplit(text)
        port = url.port
    except ValueError:
        # What Python says of it may hold a part of the password.
        raise _fault(
            "it is no address; in a password, characters such as : / ? # @ are written as %3A and so on"
        ) from None
    if url.scheme not in {"smtp", "smtps"}:
        raise _fault("it begins neither with smtp:// nor with smtps://")
    if not url.hostname or any(char.isspace() or not char.isprintable() for char in url.hostname):
        raise _fault("it names no host")
    if url.path not in {"", "/"} or url.fragment:
        raise _fault("there is something behind the host that does not belong there")
    if port == 0:
        raise _fault("port 0 is no port")
    options = _read_options(url.query)
    user, password = _read_login(url)
    encryption = _choose_encryption(url.scheme, options.get("starttls"), has_login=user is not None)
    return SmtpServer(
        host=url.hostname,
        port=port or (TLS_PORT if url.scheme == "smtps" else SUBMISSION_PORT),
        encryption=encryption,
        user=user,
        password=password,
        verify=_read_choice(options, "verify", {"yes": True, "no": False}, default=True),
        ca_file=options.get("ca"),
    )


def _read_login(url: SplitResult) -> tuple[str | None, str | None]:
    """Return user and password as they are; both or none, because a server asks for both."""
    user = unquote(url.username) if url.username else None
    password = unquote(url.password) if url.password else None
    if (user is None) != (password is None):
        raise _fault("it has a user or a password, and not both")
    if any(char in "\r\n\0" for char in f"{user}{password}"):
        raise _fault("the user or the password has a line end in it")
    return user, password


def _read_options(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, strict_parsing=True, keep_blank_values=True) if query else []
    except ValueError:
        raise _fault("what is behind the ? is not NAME=VALUE, with & between") from None
    options = dict(pairs)
    if len(options) != len(pairs):
        raise _fault("an option is given twice")
    if options.keys() - _OPTIONS:
        raise _fault(f"it has an option that there is not; there are {', '.join(sorted(_OPTIONS))}")
    return options


def _choose_encryption(scheme: str, starttls: str | None, *, has_login: bool) -> Encryption:
    """Return how to encrypt; a password goes over a connection that may not be encrypted only where the URL says so."""
    if scheme == "smtps":
        if starttls is not None:
            raise _fault("smtps:// is encrypted from the start and has no option starttls")
        return Encryption.TLS
    if starttls is None:
        return Encryption.STARTTLS if has_login else Encryption.OFFERED
    choices = {one.value: one for one in (Encryption.NONE, Encryption.OFFERED, Encryption.STARTTLS)}
    return _read_choice({"starttls": starttls}, "starttls", choices, default=Encryption.STARTTLS)


def _read_choice(options: dict[str, str], name: str, choices: dict[str, T], *, default: T) -> T:
    given = options.get(name)
    if given is None:
        return default
    if given not in choices:
        raise _fault(f"{name} is {' or '.join(choices)}")
    return choices[given]


def _fault(what: str) -> SettingError:
    return SettingError(f"SMTP_URL cannot be used: {what}", hint=f"hero_assistance secret set SMTP_URL URL, as {_FORM}")

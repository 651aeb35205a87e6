"""What the operator set for the daemons: secrets of the supervisor's store, never environment variables or files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from hero_assistance_sdk.access_list import AccessList, parse_access
from hero_assistance_sdk.errors import HeroError, NotFound, ProtocolViolation, Unreachable
from hero_assistance_sdk.hero_proc.wire import CORE
from hero_assistance_sdk.logs import get_log
from hero_assistance_sdk.net.embedders import Embedders, parse_embedders
from hero_assistance_sdk.net.sockets import listening_pid
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.async_client import AsyncRpcClient
from hero_assistance_sdk.rpc.errors import CODES, MethodNotFound, RpcFailure

REFRESH_S = 30.0
# For all questions of one refresh: a daemon must start although its supervisor hangs, and yet a supervisor that is
# slow, as at the start of a machine, must still close an access list in time.
ANSWER_TIMEOUT_S = 5.0
# The first pause after a failure, doubled up to REFRESH_S: a supervisor that starts late is asked soon.
RETRY_S = 1.0

_log = get_log("settings")


class SecretName(StrEnum):
    """The secrets that daemons read, in the context `core`."""

    THEME = "THEME"
    ADMIN_SECRETS = "ADMIN_SECRETS"
    MYCELIUM_BIND = "MYCELIUM_BIND"
    WEBHOOK_NETWORKS = "WEBHOOK_NETWORKS"
    SMTP_URL = "SMTP_URL"
    MAIL_FROM = "MAIL_FROM"
    OIDC_ISSUER = "OIDC_ISSUER"
    OIDC_CLIENT_ID = "OIDC_CLIENT_ID"
    OIDC_CLIENT_SECRET = "OIDC_CLIENT_SECRET"  # noqa: S105
    IMAP_URL = "IMAP_URL"
    MAIL_LISTEN = "MAIL_LISTEN"
    FRAME_ANCESTORS = "FRAME_ANCESTORS"
    DATABASE = "DATABASE"


# What every daemon reads; the passwords of mail and of the database are read by the server alone.
COMMON = frozenset({SecretName.THEME, SecretName.ADMIN_SECRETS, SecretName.MYCELIUM_BIND, SecretName.FRAME_ANCESTORS})
ALL = frozenset(SecretName)


class Source(StrEnum):
    """Where a setting comes from; `default` when no supervisor has it."""

    HERO_PROC = "hero_proc"
    EMBEDDED = "embedded"
    DEFAULT = "default"


class Theme(StrEnum):
    """The look of the page, where a browser has chosen none; `system` is what the browser's own settings say."""

    DARK = "dark"
    LIGHT = "light"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class SettingsFault:
    """Why a supervisor that listens cannot tell the settings, such as a damaged file of secrets; it may name paths."""

    message: str
    hint: str | None


@dataclass(frozen=True, slots=True)
class DaemonSettings:
    """The settings as a supervisor last answered them; before the first answer, the defaults.

    `supervisor` answered them; `Source.DEFAULT` before the first answer. `is_current` is false when that supervisor
    was asked again since and did not answer: its last answer stays.
    """

    fault: SettingsFault | None = field(default=None, kw_only=True, compare=False)

    theme: Theme = Theme.DARK
    access: AccessList = field(default_factory=AccessList)
    mycelium_bind: str | None = None
    webhook_networks: str = ""
    # They hold a password, and an address that means nothing to others.
    smtp_url: str | None = field(default=None, repr=False)
    mail_from: str | None = field(default=None, repr=False)
    oidc_issuer: str | None = field(default=None, repr=False)
    oidc_client_id: str | None = field(default=None, repr=False)
    oidc_client_secret: str | None = field(default=None, repr=False)
    imap_url: str | None = field(default=None, repr=False)
    mail_listen: str | None = None
    embedders: Embedders = field(default_factory=Embedders)
    # The URL of a PostgreSQL, with its password.
    database: str | None = field(default=None, repr=False)
    supervisor: Source = Source.DEFAULT
    is_current: bool = False
    given: frozenset[SecretName] = frozenset()

    @property
    def is_closed(self) -> bool:
        """Whether there may be an access list that cannot be read, so that nothing that depends on it may be open.

        What was read before the fault holds on: it is what the operator last meant.
        """
        return self.fault is not None and self.supervisor is Source.DEFAULT

    @property
    def fault_line(self) -> str | None:
        """The fault and how to mend it, in one line."""
        if self.fault is None:
            return None
        return f"{self.fault.message}; {self.fault.hint}" if self.fault.hint else self.fault.message

    def admits(self, peer: str) -> bool:
        """Whether a peer of this address may open the page."""
        return not self.is_closed and self.access.admits(peer)

    def source_of(self, name: SecretName) -> Source:
        """Where the value of a setting comes from."""
        return self.supervisor if name in self.given else Source.DEFAULT


def parse_settings(values: Mapping[SecretName, str], supervisor: Source) -> DaemonSettings:
    """The settings that the texts of the secrets mean; a text that means nothing leaves the default."""
    return DaemonSettings(
        theme=_parse_theme(values.get(SecretName.THEME)),
        access=parse_access(values.get(SecretName.ADMIN_SECRETS, "")),
        mycelium_bind=values.get(SecretName.MYCELIUM_BIND, "").strip() or None,
        webhook_networks=values.get(SecretName.WEBHOOK_NETWORKS, ""),
        smtp_url=values.get(SecretName.SMTP_URL, "").strip() or None,
        mail_from=values.get(SecretName.MAIL_FROM, "").strip() or None,
        oidc_issuer=values.get(SecretName.OIDC_ISSUER, "").strip() or None,
        oidc_client_id=values.get(SecretName.OIDC_CLIENT_ID, "").strip() or None,
        oidc_client_secret=values.get(SecretName.OIDC_CLIENT_SECRET, "").strip() or None,
        imap_url=values.get(SecretName.IMAP_URL, "").strip() or None,
        mail_listen=values.get(SecretName.MAIL_LISTEN, "").strip() or None,
        embedders=parse_embedders(values.get(SecretName.FRAME_ANCESTORS, "")),
        database=values.get(SecretName.DATABASE, "").strip() or None,
        supervisor=supervisor,
        is_current=True,
        given=frozenset(values),
    )


class SettingsReader:
    """Asks hero_proc where it listens, else the embedded supervisor, and remembers the answer.

    Only hero_proc replaces an answer of hero_proc: while it restarts, the empty store of an embedded supervisor must
    not admit peers that the access list keeps out. `report` gets the settings after each time it has asked. `names` are
    the secrets that it asks for.
    """

    def __init__(
        self,
        paths: Paths,
        *,
        names: frozenset[SecretName] = COMMON,
        refresh_s: float = REFRESH_S,
        timeout_s: float = ANSWER_TIMEOUT_S,
        report: Callable[[DaemonSettings], None] = lambda _settings: None,
    ) -> None:
        self._sockets = ((Source.HERO_PROC, paths.hero_proc_socket), (Source.EMBEDDED, paths.socket("supervisor")))
        self._names = tuple(name for name in SecretName if name in names)
        self._refresh_s = refresh_s
        self._timeout_s = timeout_s
        self._report = report
        self._settings = DaemonSettings()
        self._failures = 0
        # A read that began before a write must not replace what was written.
        self._turn = asyncio.Lock()

    @property
    def settings(self) -> DaemonSettings:
        """The settings as last answered."""
        return self._settings

    async def refresh(self) -> DaemonSettings:
        """Ask once; without an answer the known settings stay."""
        async with self._turn:
            return await self._refresh()

    async def write_access(self, entries: Sequence[str]) -> DaemonSettings:
        """Store these entries as `ADMIN_SECRETS`, none as no secret; raises `Unreachable` without a supervisor."""
        async with self._turn:
            _source, socket = self._find_supervisor()
            name = {"context": CORE, "name": SecretName.ADMIN_SECRETS.value}
            async with self._connect(socket) as rpc:
                if entries:
                    await rpc.call("secret.set", **name, value=",".join(entries))
                else:
                    await rpc.call("secret.delete", **name)
            return await self._refresh()

    async def keep_fresh(self) -> None:
        """Refresh the settings repeatedly, until cancelled."""
        while True:
            await asyncio.sleep(self._choose_pause())
            await self.refresh()

    def _choose_pause(self) -> float:
        return min(self._refresh_s, RETRY_S * 2 ** min(self._failures - 1, 16)) if self._failures else self._refresh_s

    async def _refresh(self) -> DaemonSettings:
        fault = None
        try:
            source, socket = self._find_supervisor()
            try:
                values = await self._read_values(socket)
            except HeroError as error:
                fault = _find_fault(error)
                raise
        except HeroError as error:
            self._note_failure(error, fault)
        else:
            self._remember(parse_settings(values, source))
        self._report(self._settings)
        return self._settings

    def _find_supervisor(self) -> tuple[Source, Path]:
        for source, socket in self._sockets:
            if listening_pid(socket) is not None:
                return source, socket
            if self._settings.supervisor is source:
                raise Unreachable(f"nothing listens on {socket}")
        raise Unreachable("no supervisor listens", hint="start it with: hero_assistance --start")

    async def _read_values(self, socket: Path) -> dict[SecretName, str]:
        values = {}
        async with self._connect(socket) as rpc:
            for name in self._names:
                try:
                    answer = await rpc.call("secret.get", context=CORE, name=name.value)
                except RpcFailure as failure:
                    if failure.code != CODES[NotFound]:
                        raise
                    continue
                values[name] = _parse_value(socket, answer)
        return values

    @asynccontextmanager
    async def _connect(self, socket: Path) -> AsyncIterator[AsyncRpcClient]:
        """A client whose calls together take no longer than the time-out."""
        try:
            async with asyncio.timeout(self._timeout_s), AsyncRpcClient(socket, timeout_s=self._timeout_s) as rpc:
                yield rpc
        except TimeoutError:
            raise Unreachable(f"{socket} did not answer in time", hint="it may hang; see its log") from None

    def _remember(self, settings: DaemonSettings) -> None:
        self._failures = 0
        if settings != self._settings:
            _log_settings(settings)
        self._settings = settings

    def _note_failure(self, error: HeroError, fault: SettingsFault | None) -> None:
        self._failures += 1
        # A supervisor that has ended since does not make its secrets readable.
        fault = fault or self._settings.fault
        settings = replace(self._settings, is_current=False, fault=fault)
        if self._failures == 1 or fault != self._settings.fault:
            hint = error.hint or ""
            _log.warning(
                "settings.unread", reason=error.reason, detail=error.message, hint=hint, kept=_describe_kept(settings)
            )
        self._settings = settings


def _find_fault(error: HeroError) -> SettingsFault | None:
    """What keeps a supervisor from telling; nothing does that of one that has no secrets at all."""
    if isinstance(error, RpcFailure) and error.code == CODES[MethodNotFound]:
        return None
    return SettingsFault(error.message, error.hint)


def _describe_kept(settings: DaemonSettings) -> str:
    if settings.is_closed:
        return "closed"
    return "defaults" if settings.supervisor is Source.DEFAULT else "what was read last"


def _parse_value(socket: Path, answer: object) -> str:
    value = answer.get("value") if isinstance(answer, dict) else None
    if not isinstance(value, str):
        # What was answered may be a secret, so the error does not quote it.
        raise ProtocolViolation(f"{socket} answered secret.get with something else than documented")
    return value


def _parse_theme(text: str | None) -> Theme:
    word = (text or "").strip().lower()
    return Theme(word) if word in set(Theme) else Theme.DARK


def _log_settings(settings: DaemonSettings) -> None:
    """Log which settings there are and what is wrong with them; never a value."""
    given = ",".join(sorted(settings.given)) or "none"
    _log.info("settings.read", supervisor=settings.supervisor.value, given=given)
    for name, kept in ((SecretName.ADMIN_SECRETS, settings.access), (SecretName.FRAME_ANCESTORS, settings.embedders)):
        for number, _entry in enumerate(kept.invalid, 1):
            _log.warning("settings.entry-skipped", secret=name.value, invalid=number)

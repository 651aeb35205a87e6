"""What receives mail while the server runs: the filer, and the sources that the settings name at the moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_sdk.logs import get_log
from hero_assistance_server.desk import Desk
from hero_assistance_server.jobs.running import running
from hero_assistance_server.mail.receiving.intake import Intake
from hero_assistance_server.mail.receiving.sources.imap import read_mailbox
from hero_assistance_server.mail.receiving.sources.listen_address import BadMailSetting
from hero_assistance_server.mail.receiving.sources.listener import listen_for_ever
from hero_assistance_server.mail.receiving.sources.receiving import Receiving
from hero_assistance_server.mail.sending.mail_settings import read_mail_settings

if TYPE_CHECKING:
    from hero_assistance_server.mail.receiving.filing.filer import Filer

LISTENER_CONDITION = "mail-listener"
MAILBOX_CONDITION = "mailbox"
# The supervisor is asked every half minute; this is a look at memory.
LOOK_EVERY_S = 1.0
START_LOOK_S = 0.1
RETRY_S = 2.0
RETRY_AT_MOST_S = 300.0
_HINT = "hero_assistance logs hero_assistance_server says why; it is tried again"
# Every caller may read a condition: the log alone names hosts and paths; what a bad setting is refused with has none.
_FAULTS = {
    LISTENER_CONDITION: "the listener of MAIL_LISTEN does not run: no mail comes in there",
    MAILBOX_CONDITION: "the mailbox of IMAP_URL cannot be read: no mail comes in from there",
}

_log = get_log("mail")

Source = Callable[[str, Receiving], Awaitable[None]]


@dataclass
class _RunningSource:
    """One kind of source, and its task for the setting that it runs with."""

    condition: str
    run: Source
    setting: str | None = None
    task: asyncio.Task[None] | None = field(default=None)


@asynccontextmanager
async def receive_mail(desk: Desk) -> AsyncIterator[None]:
    """File mails, and take them in from the sources of the settings, while the context is open."""
    intake = Intake(desk.store, desk.admission, desk.arrivals)
    desk.arrivals.join(desk.store.nodes.signals)
    async with running(lambda: _file_mails(desk), lambda: _run_sources(Receiving(desk, intake))):
        yield


async def _file_mails(desk: Desk) -> None:
    """File mails once it is known how receipts go out."""
    while desk.settings() is None:  # noqa: ASYNC110
        await asyncio.sleep(START_LOOK_S)

    async def work() -> None:
        filer = await asyncio.to_thread(_make_filer, desk)
        await filer.run()

    await desk.store.nodes.jobs.run("mail-filing", work)


async def _read_mailbox(setting: str, receiving: Receiving) -> None:
    """Read the mailbox while this node has the job."""
    await receiving.desk.store.nodes.jobs.run("mailbox", lambda: read_mailbox(setting, receiving))


def _make_filer(desk: Desk) -> Filer:
    """Load what reads mails: the start does not wait for it."""
    from hero_assistance_server.mail.receiving.filing.filer import Filer
    from hero_assistance_server.mail.receiving.filing.filing import Filing
    from hero_assistance_server.mail.receiving.filing.mail_rates import MailRates

    rates = MailRates(desk.limits)
    filing = Filing(desk.directory, desk.admission, lambda: read_mail_settings(desk.settings()), rates)
    return Filer(desk.store, filing, desk.arrivals)


async def _run_sources(receiving: Receiving) -> None:
    """Run what the settings name, until cancelled; a changed setting ends the source and begins another."""
    sources = [
        _RunningSource(LISTENER_CONDITION, listen_for_ever),
        _RunningSource(MAILBOX_CONDITION, _read_mailbox),
    ]
    try:
        while True:
            settings = receiving.desk.settings()
            if settings is not None and not settings.is_closed:
                for source, setting in zip(sources, _choose_sources(settings), strict=True):
                    await _switch(source, setting, receiving)
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        for source in sources:
            await _end(source)


def _choose_sources(settings: DaemonSettings) -> tuple[str | None, str | None]:
    return settings.mail_listen, settings.imap_url


async def _switch(source: _RunningSource, setting: str | None, receiving: Receiving) -> None:
    if setting == source.setting:
        return
    await _end(source)
    source.setting = setting
    receiving.desk.health.clear(source.condition)
    if setting is not None:
        source.task = asyncio.create_task(_keep_running(source, setting, receiving))


async def _end(source: _RunningSource) -> None:
    if source.task is not None:
        source.task.cancel()
        await asyncio.wait([source.task])
        source.task = None


async def _keep_running(source: _RunningSource, setting: str, receiving: Receiving) -> None:
    """Run a source; after a failure again, after a pause that grows while it goes on failing."""
    pause = RETRY_S
    clock = asyncio.get_running_loop().time
    while True:
        started = clock()
        fault, hint = _FAULTS[source.condition], _HINT
        try:
            await source.run(setting, receiving)
        except BadMailSetting as error:
            _log.warning("mail.source-failed", source=source.condition, error=error)
            fault, hint = error.message, error.hint or _HINT
        except HeroError as error:
            _log.warning("mail.source-failed", source=source.condition, error=error)
        except Exception as error:  # noqa: BLE001
            # The outermost loop of a source: a defect there must not end the server, nor the other source.
            _log.error("mail.source-failed", source=source.condition, exc_info=error)
        receiving.desk.health.report(source.condition, fault, hint=hint)
        pause = RETRY_S if clock() - started > RETRY_AT_MOST_S else min(pause * 2, RETRY_AT_MOST_S)
        await asyncio.sleep(pause)

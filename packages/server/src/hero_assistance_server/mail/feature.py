"""Registers the methods of mail, and the channel of letters."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from hero_assistance_server.desk import Desk
from hero_assistance_server.features import Feature
from hero_assistance_server.jobs.running import running
from hero_assistance_server.mail.model import CHANNEL
from hero_assistance_server.mail.receiving import rpc as receiving_rpc
from hero_assistance_server.mail.receiving import ticket_mail_rpc
from hero_assistance_server.mail.receiving.background import receive_mail
from hero_assistance_server.mail.sending import rpc as sending_rpc
from hero_assistance_server.mail.sending.channel import MailChannel
from hero_assistance_server.mail.sending.pause_ender import end_pauses
from hero_assistance_server.outbox.channel import Channel
from hero_assistance_server.rpc.registry import MethodRegistry


def _add_methods(registry: MethodRegistry, desk: Desk) -> None:
    sending_rpc.add_methods(registry, desk.store, desk.refresh_settings, desk.pauses.of(CHANNEL))
    receiving_rpc.add_methods(registry, desk)
    ticket_mail_rpc.add_methods(registry, desk)


def _list_channels(desk: Desk) -> Sequence[Channel]:
    return (MailChannel(desk.store, desk.settings, desk.mail_folder, desk.health, desk.clock),)


@asynccontextmanager
async def _work(desk: Desk) -> AsyncIterator[None]:
    wake = desk.store.outbox_added.set
    async with receive_mail(desk), running(lambda: end_pauses(desk.settings, desk.pauses.of(CHANNEL), wake)):
        yield


FEATURE = Feature(_add_methods, channels=_list_channels, background=_work)

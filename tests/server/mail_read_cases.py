"""A case for each read method of the tables of mail."""

from __future__ import annotations

from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import Case, change_nothing, sees

KEY = bytes(32)

# Methods that only write; the read methods of their repository see what they write.
MAIL_WRITES = {"mail_keys.add"}


def add_key(work: UnitOfWork) -> None:
    work.mail_keys.add("reply-address", KEY)


MAIL_CASES: dict[str, Case] = {
    "mail_keys.find": sees(lambda work: work.mail_keys.find("reply-address"), (change_nothing, None), (add_key, KEY)),
}

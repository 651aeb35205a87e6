"""The keys that mail is signed with: made at first use, and stored in the database."""

from __future__ import annotations

import secrets

from hero_assistance_server.mail.reply_address import KEY_BYTES
from hero_assistance_server.storage.unit_of_work import Snapshot, UnitOfWork

REPLY_ADDRESS = "reply-address"


def find_reply_key(snapshot: Snapshot) -> bytes | None:
    """Return the key of the reply addresses; `None` where no letter has one yet."""
    return snapshot.mail_keys.find(REPLY_ADDRESS)


def obtain_reply_key(work: UnitOfWork) -> bytes:
    """Return the key of the reply addresses; the first letter makes it."""
    key = work.mail_keys.find(REPLY_ADDRESS)
    if key is None:
        key = secrets.token_bytes(KEY_BYTES)
        work.mail_keys.add(REPLY_ADDRESS, key)
    return key

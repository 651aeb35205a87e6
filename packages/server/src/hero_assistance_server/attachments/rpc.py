"""`attachment.*`: what was uploaded over HTTP and where it is; and who may see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import apsw
from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import NotFound, TooLarge, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import NoParams, Params, Result
from hero_assistance_sdk.wire import AttachmentId, MessageKind
from hero_assistance_server import serializers
from hero_assistance_server.attachments.model import Attachment
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.rpc.example_fixtures import UPLOAD, UPLOADED
from hero_assistance_server.rpc.params import ID_LIMIT
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.garbage_collection import discard
from hero_assistance_server.storage.sqlite import attachments, project, tickets
from hero_assistance_server.storage.sqlite.attachments import Stored, Use
from hero_assistance_server.storage.sqlite.store import Store
from hero_assistance_server.storage.sqlite.unit_of_work import SqliteUnitOfWork

# More than any project sets; what it has set is in `attachment.list`.
ATTACHMENTS_MOST = 100

KnownAttachmentId = Annotated[AttachmentId, Field(ge=1, le=ID_LIMIT)]
Attachments = Annotated[
    tuple[KnownAttachmentId, ...],
    Field(max_length=ATTACHMENTS_MOST, description="Uploads of the caller's that nothing shows yet."),
]

_GETS = Example("Its uploader asks what it is", "carol", {"attachment_id": 1}, UPLOADED, after=(UPLOAD,))
_LISTS = Example(
    "What have I uploaded and not sent?",
    "carol",
    {},
    {"attachments": [UPLOADED], "most_bytes": 10 * 1024 * 1024, "most_at_once": 10},
    after=(UPLOAD,),
)
_DELETES = Example("She thinks better of it", "carol", {"attachment_id": 1}, UPLOADED, after=(UPLOAD,))


class AttachmentParams(Params):
    """Which attachment."""

    attachment_id: KnownAttachmentId


class Uploads(Result):
    """The caller's uploads that nothing shows yet, oldest first; how large a file may be, how many go with a text."""

    attachments: list[wire.Attachment]
    most_bytes: int
    most_at_once: int


def add_methods(table: MethodRegistry, store: Store) -> None:
    """Register the methods."""

    @table.method(
        "attachment.get", allow=KNOWN, page=True, errors=[Unauthenticated, NotFound, Unavailable], examples=[_GETS]
    )
    async def get(caller: Caller, params: AttachmentParams) -> wire.Attachment:
        """Describe an attachment that the caller sees; its bytes are at `GET /attachments/{attachment_id}`."""
        stored = await store.query(lambda db: seen(db, caller, params.attachment_id))
        return serializers.attachment(stored.attachment)

    @table.method("attachment.list", allow=KNOWN, page=True, errors=[Unauthenticated, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, _params: NoParams) -> Uploads:
        """List the caller's uploads that nothing shows yet; they are kept for a day."""
        found, limits = await store.query(
            lambda db: (attachments.waiting(db, caller.known().user_id), project.attachment_limits(db))
        )
        shown = [serializers.attachment(one) for one in found]
        return Uploads(attachments=shown, most_bytes=limits.size, most_at_once=limits.count)

    @table.method(
        "attachment.delete",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=[_DELETES],
    )
    async def delete(caller: Caller, params: AttachmentParams) -> wire.Attachment:
        """Delete an upload of the caller's that nothing shows yet; answers with what it was."""
        stored = await store.write(lambda t: _delete(t, caller, params.attachment_id))
        await discard(store, [stored.sha256])
        return serializers.attachment(stored.attachment)


def seen(db: apsw.Connection, caller: Caller, attachment_id: AttachmentId) -> Stored:
    """The attachment; raises `NotFound` also when the caller may not know that it exists."""
    stored = attachments.find(db, attachment_id)
    if stored is None or not _sees(db, caller, stored):
        raise NotFound(f"there is no attachment {attachment_id}")
    return stored


def taken(db: apsw.Connection, caller: Caller, ids: Sequence[AttachmentId]) -> tuple[Attachment, ...]:
    """The caller's uploads that a message is to show; raises `TooLarge` or `NotFound`."""
    wanted = dict.fromkeys(ids)
    if not wanted:
        # Most messages; every one of them comes here.
        return ()
    most = project.attachment_limits(db).count
    if len(wanted) > most:
        raise TooLarge(f"at most {most} attachments go with one text", hint="write another message")
    return tuple(_upload(db, caller, attachment_id).attachment for attachment_id in wanted)


def _delete(transaction: SqliteUnitOfWork, caller: Caller, attachment_id: AttachmentId) -> Stored:
    db = transaction.connection
    stored = _upload(db, caller, attachment_id)
    attachments.forget(db, attachment_id)
    detail = {"attachment": str(attachment_id), "name": stored.attachment.name}
    transaction.note("attachment.deleted", caller, detail)
    return stored


def _upload(db: apsw.Connection, caller: Caller, attachment_id: AttachmentId) -> Stored:
    stored = attachments.find(db, attachment_id)
    if stored is None or stored.used or stored.uploader != caller.known().user_id:
        raise NotFound(f"no upload {attachment_id} of yours waits to be used", hint="attachment.list shows them")
    return stored


def _sees(db: apsw.Connection, caller: Caller, stored: Stored) -> bool:
    """Whoever sees a place that shows it; before there is one, who uploaded it."""
    if not stored.used:
        return stored.uploader == caller.known().user_id
    places = attachments.uses(db, stored.attachment.attachment_id)
    return any(_sees_place(db, caller, place) for place in places)


def _sees_place(db: apsw.Connection, caller: Caller, place: Use) -> bool:
    ticket = tickets.find(db, place.ticket_id)
    hidden = place.kind is MessageKind.NOTE and not caller.is_staff
    return ticket is not None and caller.sees(ticket) and not hidden

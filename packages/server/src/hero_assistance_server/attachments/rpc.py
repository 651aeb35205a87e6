"""`attachment.*`: describes, lists and deletes what was uploaded over HTTP."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hero_assistance_sdk import wire
from hero_assistance_sdk.errors import NotFound, Unauthenticated, Unavailable
from hero_assistance_sdk.rpc.encoded import Encoded
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_sdk.wire import AttachmentId
from hero_assistance_server import serializers
from hero_assistance_server.attachments.repository import BEFORE_ALL
from hero_assistance_server.attachments.service import delete_upload, visible_attachment
from hero_assistance_server.identity.permissions import KNOWN, Caller
from hero_assistance_server.quotas.rules import MIB
from hero_assistance_server.rpc.cursors import cursor_at, place_at
from hero_assistance_server.rpc.example_fixtures import UPLOAD, UPLOADED
from hero_assistance_server.rpc.pages import PageParams, fill_page
from hero_assistance_server.rpc.params import ID_LIMIT
from hero_assistance_server.rpc.registry import MethodRegistry
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.garbage_collection import delete_unnamed_files
from hero_assistance_server.storage.unit_of_work import Snapshot

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
    {
        "attachments": [UPLOADED],
        "next_cursor": None,
        "most_bytes": 10 * MIB,
        "most_at_once": 10,
        "stored_bytes": UPLOADED["size"],
        "most_stored_bytes": 256 * MIB,
    },
    after=(UPLOAD,),
)
_DELETES = Example("She thinks better of it", "carol", {"attachment_id": 1}, UPLOADED, after=(UPLOAD,))


class AttachmentParams(Params):
    """One attachment."""

    attachment_id: KnownAttachmentId


class Uploads(Result):
    """The caller's uploads that nothing shows yet, oldest first; how large a file may be, how many go with a text.

    `stored_bytes` are those of all files of the caller, sent and unsent; `most_stored_bytes` is null for staff.
    """

    attachments: list[wire.Attachment]
    next_cursor: str | None
    most_bytes: int
    most_at_once: int
    stored_bytes: int
    most_stored_bytes: int | None


def add_methods(table: MethodRegistry, storage: FileStorage) -> None:
    """Register the methods."""

    @table.method(
        "attachment.get", allow=KNOWN, page=True, errors=[Unauthenticated, NotFound, Unavailable], examples=[_GETS]
    )
    async def get(caller: Caller, params: AttachmentParams) -> wire.Attachment:
        """Describe an attachment that the caller sees; its bytes are at `GET /attachments/{attachment_id}`."""
        record = await storage.read(lambda snapshot: visible_attachment(snapshot, caller, params.attachment_id))
        return serializers.attachment(record.attachment)

    @table.method("attachment.list", allow=KNOWN, page=True, errors=[Unauthenticated, Unavailable], examples=[_LISTS])
    async def list_(caller: Caller, params: PageParams) -> Encoded[Uploads]:
        """List the caller's uploads that nothing shows yet; they are kept for a day, or while a draft has them."""
        return await storage.read(lambda snapshot: _list(snapshot, caller, params))

    @table.method(
        "attachment.delete",
        allow=KNOWN,
        page=True,
        errors=[Unauthenticated, NotFound, Unavailable],
        examples=[_DELETES],
    )
    async def delete(caller: Caller, params: AttachmentParams) -> wire.Attachment:
        """Delete an upload of the caller's that nothing shows yet; answers with what it was."""
        record = await storage.write(lambda work: delete_upload(work, caller, params.attachment_id))
        await delete_unnamed_files(storage, [record.sha256])
        return serializers.attachment(record.attachment)


def _list(snapshot: Snapshot, caller: Caller, params: PageParams) -> Encoded[Uploads]:
    uploader = caller.known().user_id
    after = BEFORE_ALL if params.cursor is None else AttachmentId(place_at(params.cursor, int)[0])
    rows = snapshot.attachments.list_unused(uploader, after)
    page = fill_page(rows, lambda one: serializers.attachment(one).model_dump_json().encode(), params.limit)
    settings = snapshot.project.read()
    return Encoded.of(
        Uploads,
        attachments=page.json,
        next_cursor=None if page.last is None else cursor_at(page.last.attachment_id),
        most_bytes=settings.attachment_bytes,
        most_at_once=settings.attachments_per_message,
        stored_bytes=snapshot.attachments.stored_bytes(uploader).uploader,
        most_stored_bytes=None if caller.is_staff else settings.files_bytes_per_customer,
    )

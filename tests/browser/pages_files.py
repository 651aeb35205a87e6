"""Files of the tests: made, uploaded, and handed to the page as a person does."""

from __future__ import annotations

import struct
import zlib
from base64 import b64encode

from playwright.sync_api import Locator

from tests.ui.daemons import Desk, http

# Makes files of the page's own and hands them to an element, as a paste or a drop does.
GIVE = """([kind, name, type, content]) => element => {
    const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
    const data = new DataTransfer();
    data.items.add(new File([bytes], name, { type }));
    const made = kind === 'paste'
        ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
        : new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true });
    element.dispatchEvent(made);
}"""


def picture(width: int, height: int) -> bytes:
    """A grey PNG, whole."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = (b"\0" + b"\x80" * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def upload(served: Desk, user: str, name: str, content: bytes) -> int:
    """Upload a file as a user; returns its id."""
    with http(served.paths.socket("rpc"), headers={"x-dev-user": user}) as client:
        answer = client.post("/attachments", params={"name": name}, content=content)
        return int(answer.raise_for_status().json()["attachment_id"])


def give(target: Locator, kind: str, name: str, content: bytes, media_type: str = "image/png") -> None:
    """Hand a file to an element: `kind` is `paste`, `dragover` or `drop`."""
    call = GIVE.replace("([kind, name, type, content]) => element", "(element, [kind, name, type, content])")
    target.evaluate(call, [kind, name, media_type, b64encode(content).decode()])

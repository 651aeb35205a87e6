"""The files of the page's bundle, read once at start: an upgrade that removes them breaks no page that is loading.

Their names hold a hash of their content, so a browser keeps them for ever. The build compresses them ahead of time.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hero_assistance_sdk.errors import HeroError

MEDIA_TYPES = {
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
_FOREVER = "public, max-age=31536000, immutable"
_MANIFEST = "manifest.json"


class Encoding(StrEnum):
    """How a file is compressed on its way; the best comes first."""

    BROTLI = "br"
    GZIP = "gzip"
    IDENTITY = "identity"


# What the build appends to a compressed file's name.
_SUFFIXES = {Encoding.BROTLI: ".br", Encoding.GZIP: ".gz"}


class AssetsMissing(HeroError):
    """The package holds no bundle: it was not built."""

    reason = "assets-missing"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent: its content in every encoding that the build made."""

    media_type: str
    contents: Mapping[Encoding, bytes]

    def entity_tag(self, encoding: Encoding) -> str:
        """Return the ETag, which differs from encoding to encoding as the bytes do."""
        digest = hashlib.sha256(self.contents[Encoding.IDENTITY]).hexdigest()[:16]
        return f'"{digest}"' if encoding is Encoding.IDENTITY else f'"{digest}-{encoding.value}"'


@dataclass(frozen=True, slots=True)
class FirstFiles:
    """The files that the document names, and the style that stands in it."""

    script: str
    icon: str
    font: str
    licenses: str
    style: str


class Assets:
    """Answers `GET /static/{name}` with the files of the bundle."""

    def __init__(self, found: Mapping[str, Asset], first: FirstFiles) -> None:
        self._found = found
        self.first = first

    @classmethod
    def packaged(cls) -> Assets:
        """Read the bundle of this package; raises `AssetsMissing` where the build left it out."""
        folder = files("hero_assistance_ui") / "bundle"
        manifest = folder / _MANIFEST
        if not manifest.is_file():
            raise AssetsMissing("the page was not built", hint="in a source tree, run: ./buildenv.sh nox -s dev")
        first = json.loads(manifest.read_bytes())
        style = (folder / first["style"]).read_text("utf-8")
        return cls(_read_assets(folder), FirstFiles(**{**first, "style": style}))

    async def __call__(self, request: Request) -> Response:
        """Answer `GET /static/{name}`."""
        asset = self._found.get(request.path_params["name"])
        if asset is None:
            return PlainTextResponse("there is no such file in this release\n", status_code=404)
        encoding = choose_encoding(request.headers.get("accept-encoding", ""), asset.contents)
        headers = {"cache-control": _FOREVER, "etag": asset.entity_tag(encoding)}
        if len(asset.contents) > 1:
            headers["vary"] = "accept-encoding"
        if _is_known(request, headers["etag"]):
            return Response(status_code=304, headers=headers)
        if encoding is not Encoding.IDENTITY:
            headers["content-encoding"] = encoding.value
        return Response(asset.contents[encoding], media_type=asset.media_type, headers=headers)


def choose_encoding(accepted: str, offered: Mapping[Encoding, bytes]) -> Encoding:
    """Return the best encoding that an `Accept-Encoding` header allows; plain bytes are always allowed."""
    allowed = _parse_accepted(accepted)
    for encoding in (Encoding.BROTLI, Encoding.GZIP):
        if encoding in offered and allowed.get(encoding.value, allowed.get("*", False)):
            return encoding
    return Encoding.IDENTITY


def _parse_accepted(header: str) -> dict[str, bool]:
    """Map each name of an `Accept-Encoding` header to whether its weight is above zero."""
    found = {}
    for item in header.split(","):
        name, _, weight = item.partition(";")
        found[name.strip().lower()] = _weight(weight) > 0
    return found


def _weight(text: str) -> float:
    name, _, value = text.partition("=")
    if not text.strip():
        return 1.0
    try:
        return float(value) if name.strip().lower() == "q" else 0.0
    except ValueError:
        return 0.0


def _is_known(request: Request, entity_tag: str) -> bool:
    given = request.headers.get("if-none-match", "")
    return any(tag.strip().removeprefix("W/") in (entity_tag, "*") for tag in given.split(","))


def _read_assets(folder: Traversable) -> dict[str, Asset]:
    entries = {entry.name: entry for entry in folder.iterdir()}
    found = {}
    for name, entry in entries.items():
        media_type = MEDIA_TYPES.get("." + name.rpartition(".")[2])
        if media_type is None:
            continue
        contents = {Encoding.IDENTITY: entry.read_bytes()}
        for encoding, suffix in _SUFFIXES.items():
            if name + suffix in entries:
                contents[encoding] = entries[name + suffix].read_bytes()
        found[name] = Asset(media_type, contents)
    return found

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
from hero_assistance_ui.preferences.languages import Languages

MEDIA_TYPES = {
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".woff2": "font/woff2",
}
_FOREVER = "public, max-age=31536000, immutable"
_MANIFEST = "manifest.json"
# A worker has the policy of its own script, and not that of the page that starts it.
_WORKER_POLICY = "default-src 'none'; connect-src 'self'"


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
    """The files that the document and its script name, and the style that stands in the document."""

    script: str
    worker: str
    embed: str
    icon: str
    font: str
    licenses: str
    style: str


class Assets:
    """Answers `GET /static/{name}` with the files of the bundle."""

    def __init__(self, found: Mapping[str, Asset], first: FirstFiles, languages: Languages) -> None:
        self._found = found
        self.first = first
        self.languages = languages

    @classmethod
    def read_packaged(cls) -> Assets:
        """Read the bundle of this package; raises `AssetsMissing` where the build left it out."""
        folder = files("hero_assistance_ui") / "bundle"
        manifest = folder / _MANIFEST
        if not manifest.is_file():
            raise AssetsMissing("the page was not built", hint="in a source tree, run: ./buildenv.sh nox -s dev")
        first = json.loads(manifest.read_bytes())
        style = (folder / first["style"]).read_text("utf-8")
        languages = Languages.read(folder, first.pop("languages"))
        return cls(_read_assets(folder), FirstFiles(**{**first, "style": style}), languages)

    async def __call__(self, request: Request) -> Response:
        """Answer `GET /static/{name}`."""
        name = request.path_params["name"]
        asset = self._found.get(name)
        if asset is None:
            return PlainTextResponse("there is no such file in this release\n", status_code=404)
        policy = {"content-security-policy": _WORKER_POLICY} if name == self.first.worker else {}
        return _answer(request, asset, {"cache-control": _FOREVER, **policy})

    async def embed_script(self, request: Request) -> Response:
        """Answer `GET /embed.js`: pages of other origins load it by an address that every release has."""
        shared = {"cache-control": "no-cache", "cross-origin-resource-policy": "cross-origin"}
        return _answer(request, self._found[self.first.embed], shared)


def _answer(request: Request, asset: Asset, given: Mapping[str, str]) -> Response:
    """Return a file in the best encoding, or that the browser has it."""
    encoding = choose_encoding(request.headers.get("accept-encoding", ""), asset.contents)
    headers = {**given, "etag": asset.entity_tag(encoding)}
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

"""The page's files, read once at start: an upgrade that removes them breaks no page that is being loaded."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from hero_assistance_sdk.errors import HeroError

MEDIA_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".LICENSE": "text/plain",
}
# The address holds a digest of the content, so what was fetched from it stays true.
_FOREVER = "public, max-age=31536000, immutable"


class AssetsMissing(HeroError):
    """The page's parts from npm were not put beside it when it was built."""

    reason = "assets-missing"


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    content: bytes
    media_type: str


class Assets:
    """Every file of the folder `static`, and the digest that stands in its address."""

    def __init__(self, found: dict[str, Asset]) -> None:
        digest = hashlib.sha256()
        for path, asset in sorted(found.items()):
            digest.update(f"{path}\0{len(asset.content)}\0".encode())
            digest.update(asset.content)
        self._found = found
        self.digest = digest.hexdigest()[:16]

    @classmethod
    def packaged(cls) -> Assets:
        """The files of this package; raises `AssetsMissing` when a build left out the parts from npm."""
        found = dict(_walk(files("hero_assistance_ui") / "static", ""))
        if "vendor/preact.mjs" not in found:
            raise AssetsMissing(
                "the page's parts from npm are missing",
                hint="in a source tree, run: ./buildenv.sh nox -s dev",
            )
        return cls(found)

    def paths(self, suffix: str) -> list[str]:
        """The files with this ending, in order."""
        return sorted(path for path in self._found if path.endswith(suffix))

    async def __call__(self, request: Request) -> Response:
        """`GET /static/{digest}/{path}`."""
        asset = self._found.get(request.path_params["path"])
        if asset is None or request.path_params["digest"] != self.digest:
            return PlainTextResponse("there is no such file in this release\n", status_code=404)
        return Response(asset.content, media_type=asset.media_type, headers={"cache-control": _FOREVER})


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, Asset]]:
    found: list[tuple[str, Asset]] = []
    for entry in folder.iterdir():
        suffix = "." + entry.name.rpartition(".")[2]
        if entry.is_dir():
            found += _walk(entry, f"{prefix}{entry.name}/")
        elif suffix in MEDIA_TYPES:
            found.append((prefix + entry.name, Asset(entry.read_bytes(), MEDIA_TYPES[suffix])))
    return found

"""Reading a release from an archive: a tar file, compressed by Zstandard, that holds the manifest and its binaries.

Nothing of an archive decides where something is written: the manifest comes first and is checked, and after it only
the regular files that it names are taken, in its order and with its sizes. Everything else is refused: links, folders,
other names, the extensions of tar, and what would follow the last file.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path
from types import TracebackType
from typing import Self

from hero_assistance.releases.errors import BadBuild, ChecksumMismatch
from hero_assistance.releases.manifest import BUILD_FILE, Binary, Manifest, parse_build
from hero_assistance.releases.sources.hashed_reader import CHUNK, HashedReader, write_hashed

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Of what the builds are compressed with: a larger window would take more memory here.
WINDOW_LOG = 27
_MANIFEST_BYTES = 1024 * 1024
_FILES = 64
_TOTAL_BYTES = 2 * 1024**3
# Tar fills its last record, of 20 blocks by default, with zeros.
_END_BYTES = 64 * 1024
_BLOCK = 512
_HINT = "take the archive again, or build it: nox -s build"


class ArchiveBuild:
    """An opened archive with this SHA-256; a context manager that leaves the file itself open."""

    def __init__(self, path: Path, file: HashedReader, sha256: str) -> None:
        self.path = path
        self._file = file
        self._sha256 = sha256
        options: dict[int, int] = {zstd.DecompressionParameter.window_log_max: WINDOW_LOG}
        self._stream = zstd.ZstdFile(file, options=options)
        self.manifest = self._read_manifest()
        self._pending = list(self.manifest.binaries)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def copy(self, binary: Binary, target: Path) -> str:
        """Write the next file of the archive, which must be this one; raises `BadBuild`.

        With the last one the whole file has been read, and must be the one that was checked.
        """
        if not self._pending or self._pending.pop(0) != binary:
            raise BadBuild(f"{self.path}: {binary.name} is read out of turn")
        size = self._read_header(binary.name)
        if size != binary.size:
            raise BadBuild(f"{self.path}: {binary.name} has not the size that the manifest says", hint=_HINT)
        with target.open("wb") as output:
            digest = write_hashed((self._read(min(CHUNK, size - start)) for start in range(0, size, CHUNK)), output)
        self._skip_padding(size)
        if not self._pending:
            self._require_end()
        return digest

    def _read_manifest(self) -> Manifest:
        size = self._read_header(BUILD_FILE)
        if size > _MANIFEST_BYTES:
            raise BadBuild(f"{self.path}: its manifest has {size} bytes; {_MANIFEST_BYTES} are allowed", hint=_HINT)
        manifest = parse_build(self._read(size), self.path / BUILD_FILE)
        self._skip_padding(size)
        sizes = [binary.size for binary in manifest.binaries]
        if len(sizes) > _FILES or min(sizes) < 0 or sum(sizes) > _TOTAL_BYTES:
            raise BadBuild(
                f"{self.path}: its manifest names more than {_FILES} files or {_TOTAL_BYTES} bytes", hint=_HINT
            )
        return manifest

    def _read_header(self, name: str) -> int:
        """The size of the next member, which must be a regular file of this name."""
        try:
            found = tarfile.TarInfo.frombuf(self._read(_BLOCK), "utf-8", "strict")
        except (tarfile.HeaderError, ValueError):
            raise BadBuild(f"{self.path} is no archive of a release: {name} is expected", hint=_HINT) from None
        if found.type != tarfile.REGTYPE or found.name != name or found.linkname or found.size < 0:
            raise BadBuild(f"{self.path} holds {found.name!r} where the file {name} belongs", hint=_HINT)
        return found.size

    def _skip_padding(self, size: int) -> None:
        self._read(-size % _BLOCK)

    def _require_end(self) -> None:
        rest = self._read_some(_END_BYTES + 1)
        if len(rest) > _END_BYTES or any(rest):
            raise BadBuild(f"{self.path} holds more than its manifest names", hint=_HINT)
        if self._file.hexdigest() != self._sha256:
            raise ChecksumMismatch(f"{self.path} has changed since it was checked", hint="who else may write it?")

    def _read(self, count: int) -> bytes:
        data = self._read_some(count)
        if len(data) < count:
            raise BadBuild(f"{self.path} ends too early", hint=_HINT)
        return data

    def _read_some(self, count: int) -> bytes:
        """That many bytes, or all that are left."""
        parts: list[bytes] = []
        try:
            while count and (part := self._stream.read(count)):
                parts.append(part)
                count -= len(part)
        except EOFError:
            raise BadBuild(f"{self.path} ends too early", hint=_HINT) from None
        except zstd.ZstdError as error:
            raise BadBuild(f"{self.path} cannot be unpacked: {error}", hint=_HINT) from None
        return b"".join(parts)

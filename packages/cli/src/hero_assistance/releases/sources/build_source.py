"""Where a build is read from: the folder that `nox -s build` made, an archive of one, or an installed release."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Protocol

from hero_assistance.releases.errors import BadBuild, ChecksumMismatch
from hero_assistance.releases.manifest import BUILD_FILE, RELEASE_FILE, Binary, Manifest, read_build, read_installed
from hero_assistance.releases.sources.checksums import ArchiveChecks, check_archive
from hero_assistance.releases.sources.hashed_reader import CHUNK, HashedReader, write_hashed
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.zipapp.header import HEADER_SIZE, portable_header

_HINT = "give the folder of a build, such as dist/, an archive of one, or its URL with https://"
_UNPACK_HINT = "unpack it with tar --zstd -xf into an empty folder and install that, or use another Python"
_AGAIN = "delete the folder of the release, and install it from its archive"


class BuildSource(Protocol):
    """A build whose manifest is known and whose binaries are read once, in the order of the manifest."""

    @property
    def path(self) -> Path:
        """The folder or the archive, as errors name it."""

    @property
    def manifest(self) -> Manifest:
        """What the build consists of."""

    def copy(self, binary: Binary, target: Path) -> str:
        """Write a binary to `target` and return the SHA-256 of what was written; raises `BadBuild`."""


class FolderBuild:
    """A build in a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest = read_build(path)

    def copy(self, binary: Binary, target: Path) -> str:
        """Copy a file of the folder; raises `ChecksumMismatch` when it is missing."""
        source = self.path / binary.name
        try:
            opened = source.open("rb")
        except FileNotFoundError:
            raise ChecksumMismatch(f"{source} is missing", hint="build again: nox -s build") from None
        with opened, target.open("wb") as output:
            return write_hashed(iter(lambda: opened.read(CHUNK), b""), output)


class InstalledBuild:
    """The build that an installed release came from: its zipapps differ by their headers, and by nothing else."""

    def __init__(self, path: Path) -> None:
        installed = read_installed(path)
        if installed is None:
            raise BadBuild(f"{path / RELEASE_FILE} cannot be read", hint=_AGAIN)
        self.path = path
        self.manifest = installed.manifest

    def copy(self, binary: Binary, target: Path) -> str:
        """Copy a zipapp with the header that it was built with; raises `ChecksumMismatch` for one that is damaged."""
        source = self.path / binary.name
        try:
            opened = source.open("rb")
        except FileNotFoundError:
            raise ChecksumMismatch(f"{source} is missing", hint=_AGAIN) from None
        with opened, target.open("wb") as output:
            opened.seek(HEADER_SIZE)
            header = portable_header(binary.name, self.manifest.target)
            digest = write_hashed(chain((header,), iter(lambda: opened.read(CHUNK), b"")), output)
        if digest != binary.sha256:
            raise ChecksumMismatch(f"{source} is damaged", hint=_AGAIN)
        return digest


@contextmanager
def open_build(path: Path, checks: ArchiveChecks, report: Callable[[str], None]) -> Iterator[BuildSource]:
    """Open a folder, or an archive once its checksum and its signature are checked."""
    if path.is_dir():
        if checks.only_archives:
            raise UsageError(f"{path} is a folder: only an archive has a checksum or a signature", hint=_HINT)
        yield InstalledBuild(path) if _is_installed(path) else FolderBuild(path)
        return
    if not path.exists():
        raise BadBuild(f"there is no {path}", hint=_HINT)
    if not path.is_file():
        raise BadBuild(f"{path} is neither a folder nor an archive", hint=_HINT)
    try:
        # Only an archive costs the import of its library.
        from hero_assistance.releases.sources.archive import ArchiveBuild
    except ImportError as error:
        # A Python that was built without libzstd; those before 3.14 get the library with this program.
        raise BadBuild(f"{path}: this Python reads no Zstandard: {error}", hint=_UNPACK_HINT) from None

    with path.open("rb", buffering=0) as file:
        digest = check_archive(path, file, checks, report)
        with ArchiveBuild(path, HashedReader(file), digest) as build:
            yield build


def _is_installed(folder: Path) -> bool:
    return (folder / RELEASE_FILE).is_file() and not (folder / BUILD_FILE).exists()

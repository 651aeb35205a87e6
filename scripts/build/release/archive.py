"""One archive of a build: its manifest and its zipapps, as `hero_assistance install` takes it.

A tar file, compressed by Zstandard with a window over all that the zipapps have in common: they are stored, not
deflated, and hold many of the same files.
"""

from __future__ import annotations

import sys
import tarfile
from pathlib import Path
from typing import IO

from scripts.build.release.manifest import MANIFEST, SUMS, read_manifest, sha256

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# 128 MB, the most that other programs unpack unless they are told to.
_WINDOW_LOG = 27
# Of a build of 137 MB: level 3 makes 20.9 MB in 0.5 s, 9 19.0 MB in 1.8 s, 15 18.5 MB in 15 s, 19 16.8 MB in 35 s.
# In threads, which cut the input into jobs of their own, 9 makes 0.5 % more, half a second sooner, and the same bytes
# by any number of them; but a libzstd may be built without them, and then refuses.
_LEVEL = 9
_SUFFIX = ".tar.zst"


def archive_name(folder: Path) -> str:
    """What the archive of a build is called: project, release, platform and Python."""
    manifest = read_manifest(folder)
    python = "python" + manifest["python"].rpartition(" ")[2]
    return f"{manifest['project']}-{manifest['release']}-{manifest['platform']}-{python}{_SUFFIX}"


def find_archive(folder: Path) -> Path:
    """The archive of a finished build."""
    return folder / archive_name(folder)


def write_archive(folder: Path) -> Path:
    """Write the archive of a build into its folder, with its checksum; the same build gives the same bytes."""
    target = find_archive(folder)
    names = [file["name"] for file in read_manifest(folder)["files"]]
    with (
        target.open("wb") as file,
        compress(file) as compressed,
        tarfile.open(fileobj=compressed, mode="w|", format=tarfile.USTAR_FORMAT) as archive,
    ):
        _add(archive, folder / MANIFEST, 0o644)
        for name in names:
            _add(archive, folder / name, 0o755)
    with (folder / SUMS).open("a") as sums:
        sums.write(f"{sha256(target)}  {target.name}\n")
    return target


def compress(output: IO[bytes]) -> zstd.ZstdFile:
    """A file that writes what it is given to `output`, compressed with the window of an archive."""
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {
        parameter.compression_level: _LEVEL,
        parameter.window_log: _WINDOW_LOG,
        parameter.enable_long_distance_matching: 1,
        parameter.checksum_flag: 1,
    }
    return zstd.ZstdFile(output, "w", options=options)


def _add(archive: tarfile.TarFile, path: Path, mode: int) -> None:
    """Add a file without what is of this machine: its owner and its time."""
    entry = tarfile.TarInfo(path.name)
    entry.size = path.stat().st_size
    entry.mode = mode
    with path.open("rb") as file:
        archive.addfile(entry, file)

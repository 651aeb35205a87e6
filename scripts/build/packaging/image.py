"""An image for containers: the binaries of a build, unpacked, above the Debian that has their Python."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import hero_assistance_sdk
from hero_assistance_sdk.net.ports import PAGE_PORT, SERVER_PORT
from hero_assistance_sdk.zipapp.header import Pin, Target
from hero_assistance_sdk.zipapp.pinning import boot_lines
from hero_assistance_sdk.zipapp.system_command import BUILD_FOLDER
from scripts.build.packaging.base_system import USER_ID, make_base_system
from scripts.build.packaging.deb import ARCHITECTURES
from scripts.build.packaging.oci_archive import Image, Layer, write_archive
from scripts.build.packaging.tar_tree import File, Folder, Link, Tree, write_tar
from scripts.build.release.archive import archive_name
from scripts.build.release.manifest import MANIFEST, read_manifest
from scripts.build.tool import ToolError, must_run

SUFFIX = ".oci.tar"
# Where a volume goes, and where the sockets are.
DATA = "/var/lib/hero-assistance"
SOCKETS = "/run/hero-assistance"
_PROGRAM = "hero_assistance"
_PORTS = (SERVER_PORT, PAGE_PORT)
_PAGE = f"0.0.0.0:{PAGE_PORT}"
# Byte code depends on what its process has done before, so it is made by one that has done nothing.
_UNPACK = """\
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from hero_assistance_sdk.zipapp.tree import unpack
seeds = []
for archive in map(Path, sys.argv[3:]):
    unpack(archive, Path(sys.argv[2], archive.name), seeds)
    seeds.insert(0, Path(sys.argv[2], archive.name))
"""
_UNPACK_S = 300.0
_LAUNCHER = '#!/bin/sh\nexec /usr/bin/{python} -IS {boot} "$@"\n'


def image_name(folder: Path) -> str:
    """What the image of a build is called: like its archive, for which the platform and the Python are the same."""
    return archive_name(folder).removesuffix(".tar.zst") + SUFFIX


def write_image(folder: Path, target_folder: Path, base: Path | None = None) -> Path:
    """Write the image of a build into a folder, above a tar file with a system; without one it is made.

    The same build and the same system give the same bytes. Raises `ToolError`.
    """
    manifest = read_manifest(folder)
    architecture = ARCHITECTURES.get(manifest["platform"])
    if architecture is None:
        raise ToolError(f"an image is made on {' and '.join(ARCHITECTURES)}, and this is {manifest['platform']}")
    python = Target(manifest["python"], manifest["platform"]).executable
    target = target_folder / image_name(folder)
    with TemporaryDirectory(prefix="image") as work:
        if base is None:
            base = Path(work, "base.tar")
            make_base_system(python, DATA, base)
        release = Path(work, "release.tar")
        with release.open("wb") as output:
            write_tar(output, _list_files(folder, manifest, python, Path(work)))
        layers = (Layer(base, f"mmdebstrap: {python}"), Layer(release, f"hero_assistance {manifest['release']}"))
        about = _annotate(manifest)
        write_archive(Image(architecture, manifest["release"], layers, _configure(), about), Path(work), target)
    return target


def _annotate(manifest: dict[str, Any]) -> dict[str, str]:
    prefix = "org.opencontainers.image"
    revision = {f"{prefix}.revision": manifest["commit"]} if manifest["commit"] else {}
    return {
        f"{prefix}.title": manifest["project"],
        f"{prefix}.version": manifest["version"],
        f"{prefix}.licenses": "Apache-2.0",
        **revision,
    }


def _configure() -> dict[str, Any]:
    """How a container of the image is started: by one program, as a user who is not root."""
    environ = {
        "PATH": f"{BUILD_FOLDER}/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "PATH_ROOT": BUILD_FOLDER,
        "PATH_VAR": DATA,
        "PATH_SOCKET": SOCKETS,
        "HOME": DATA,
        "LANG": "C.UTF-8",
    }
    return {
        "User": f"{USER_ID}:{USER_ID}",
        "ExposedPorts": {f"{port}/tcp": {} for port in _PORTS},
        "Env": [f"{name}={value}" for name, value in environ.items()],
        "Entrypoint": [f"{BUILD_FOLDER}/bin/{_PROGRAM}", "run"],
        "Cmd": ["--ui-tcp", _PAGE],
        "Volumes": {DATA: {}},
        "WorkingDir": DATA,
        "StopSignal": "SIGTERM",
    }


def _list_files(folder: Path, manifest: dict[str, Any], python: str, work: Path) -> Tree:
    root = BUILD_FOLDER.removeprefix("/")
    names = [file["name"] for file in manifest["files"]]
    entries: dict[str, File | Link | Folder] = {
        DATA.removeprefix("/"): Folder(0o700, USER_ID),
        SOCKETS.removeprefix("/"): Folder(0o755, USER_ID),
        f"{root}/{MANIFEST}": File(folder / MANIFEST),
    }
    for name in names:
        pin = Pin(Path("/usr/bin", python), Path(BUILD_FOLDER), name)
        entries[f"{root}/{name}"] = File(_LAUNCHER.format(python=python, boot=pin.boot).encode(), 0o755)
        entries[f"{root}/bin/{name}"] = Link(f"../{name}")
        entries[f"{root}/lib/{name}.py"] = File(boot_lines(pin).encode())
    entries.update(_list_trees([folder / name for name in names], f"{root}/lib", work / "lib"))
    return entries


def _list_trees(archives: list[Path], root: str, work: Path) -> Iterator[tuple[str, File | Link]]:
    """The unpacked binaries; what several of them have is there once, and linked."""
    sdk = Path(hero_assistance_sdk.__file__).parents[1]
    command = [sys.executable, "-IS", "-c", _UNPACK, str(sdk), str(work), *map(str, archives)]
    must_run("unpacking the binaries", command, Path.cwd(), timeout_s=_UNPACK_S, hint="build again: nox -s build")
    known: dict[int, str] = {}
    # In the order of a tar file: a hard link comes after what it is linked to.
    for path in sorted((path for path in work.rglob("*") if path.is_file()), key=str):
        status = path.stat()
        mode = status.st_mode & 0o755
        place = f"{root}/{path.relative_to(work).as_posix()}"
        first = known.setdefault(status.st_ino, place)
        yield place, File(path, mode) if first == place else Link(first, is_hard=True, mode=mode)

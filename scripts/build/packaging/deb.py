"""A package for Debian and Ubuntu: a build below /usr/lib, and the command that installs it for a user."""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import Any

from hero_assistance_sdk.zipapp.header import Target
from hero_assistance_sdk.zipapp.system_command import BUILD_FOLDER, COMMAND, SCRIPT
from scripts.build.packaging.tar_tree import File, Tree, write_tar
from scripts.build.release.archive import archive_name, compress
from scripts.build.release.manifest import MANIFEST, read_manifest
from scripts.build.tool import ToolError

PACKAGE = "hero-assistance"
SUFFIX = ".deb"
# What the platforms of a build are called by dpkg.
ARCHITECTURES = {"linux-x86_64": "amd64", "linux-aarch64": "arm64"}
# The wheels in the binaries are for this one and newer ones.
_GLIBC = "2.28"
_DOCUMENTS = f"usr/share/doc/{PACKAGE}"
_CONTROL = """\
Package: {package}
Version: {version}
Architecture: {architecture}
Maintainer: hero_assistance maintainers <maintainers@users.noreply.b-seed-2037e712.example>
Installed-Size: {kibibytes}
Depends: libc6 (>= {glibc}), {python}
Recommends: ca-certificates
Suggests: openssh-client
Section: net
Priority: optional
Description: peer-to-peer support desk for product teams
 A ticket server, its page for the browser, an inbox of many desks, and the
 command line tool that installs and supervises them.
 .
 The package brings release {release}. "hero_assistance install" installs
 it for the user who calls it, and "hero_assistance --start" starts their desk.
"""
_COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: hero_assistance

Files: *
Copyright: the contributors of hero_assistance
License: Apache-2.0
Comment: The libraries in the binaries have licences of their own, each of
 which is in the binary next to its library; *.cdx.json lists the libraries.

License: Apache-2.0
 On Debian systems the full text of the Apache License, version 2.0, is in
 /usr/share/common-licenses/Apache-2.0.
"""
_AR_MAGIC = b"!<arch>\n"


def package_name(folder: Path) -> str:
    """What the package of a build is called: like its archive, since one is made for each platform and Python."""
    return Path(archive_name(folder)).with_suffix("").with_suffix(SUFFIX).name


def write_deb(folder: Path, target_folder: Path) -> Path:
    """Write the package of a build into a folder; the same build gives the same bytes. Raises `ToolError`."""
    manifest = read_manifest(folder)
    architecture = ARCHITECTURES.get(manifest["platform"])
    if architecture is None:
        raise ToolError(f"a package is made on {' and '.join(ARCHITECTURES)}, and this is {manifest['platform']}")
    tree = _list_files(folder, manifest)
    control = {
        "control": File(_render_control(manifest, architecture, tree).encode()),
        "md5sums": File(_render_sums(tree).encode()),
    }
    members = {
        "debian-binary": b"2.0\n",
        "control.tar.zst": _pack(control),
        "data.tar.zst": _pack(tree),
    }
    target = target_folder / package_name(folder)
    target.write_bytes(_AR_MAGIC + b"".join(_ar_member(name, data) for name, data in members.items()))
    return target


def debian_version(version: str) -> str:
    """A version of Python as dpkg orders it: tildes mark what comes before a release, and two what comes first."""
    return re.sub(r"\.?(a|b|rc)(?=\d)", r"~\1", re.sub(r"\.dev(?=\d)", "~~dev", version))


def _list_files(folder: Path, manifest: dict[str, Any]) -> Tree:
    build = BUILD_FOLDER.removeprefix("/")
    names = [file["name"] for file in manifest["files"]]
    return {
        COMMAND.removeprefix("/"): File(SCRIPT.encode(), 0o755),
        f"{build}/{MANIFEST}": File(folder / MANIFEST),
        **{f"{build}/{name}": File(folder / name, 0o755) for name in names},
        **{f"{_DOCUMENTS}/{bill.name}": File(bill) for bill in folder.glob("*.cdx.json")},
        f"{_DOCUMENTS}/copyright": File(_COPYRIGHT.encode()),
    }


def _render_control(manifest: dict[str, Any], architecture: str, tree: Tree) -> str:
    return _CONTROL.format(
        package=PACKAGE,
        version=debian_version(manifest["version"]),
        architecture=architecture,
        kibibytes=sum(-(-_size(entry) // 1024) for entry in tree.values()),
        glibc=_GLIBC,
        python=Target(manifest["python"], manifest["platform"]).executable,
        release=manifest["release"],
    )


def _size(entry: object) -> int:
    if not isinstance(entry, File):
        return 0
    return len(entry.content) if isinstance(entry.content, bytes) else entry.content.stat().st_size


def _render_sums(tree: Tree) -> str:
    """What `dpkg --verify` compares with."""
    return "".join(f"{_md5(entry)}  {path}\n" for path, entry in sorted(tree.items()) if isinstance(entry, File))


def _md5(file: File) -> str:
    data = file.content if isinstance(file.content, bytes) else file.content.read_bytes()
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _pack(tree: Tree) -> bytes:
    packed = io.BytesIO()
    with compress(packed) as output:
        write_tar(output, tree)
    return packed.getvalue()


def _ar_member(name: str, data: bytes) -> bytes:
    header = f"{name:<16}{0:<12}{0:<6}{0:<6}{0o100644:<8o}{len(data):<10}`\n"
    return header.encode() + data + b"\n" * (len(data) % 2)

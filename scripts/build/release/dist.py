"""The whole build: `dist/` with the zipapps, their manifest, an archive, checksums and bills of materials.

python -m scripts.build.release.dist FOLDER     builds into another folder, for the interpreter that runs it
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from hero_assistance_sdk.zipapp.header import Target
from scripts.build.release.archive import write_archive
from scripts.build.release.manifest import Built, Release, read_manifest, read_sums, sha256, write_manifest
from scripts.build.release.site import install_site, site_digest
from scripts.build.release.wheels import build_wheels
from scripts.build.release.zipapp import Zipapp, this_target, write_zipapp
from scripts.build.tool import ToolError
from scripts.build.workspace import Workspace

_RELEASE_MODULE = "_hero_release.py"
_STAMP = ".inputs"
# Everything that a zipapp is made from; documentation and tests are not.
_INPUTS = ("buildenv.sh", "packages/*/*", "packages/*/.npmrc")
_INPUT_TREES = ("packages/*/src", "packages/*/frontend", "requirements", "scripts/build")
_NOT_INPUTS = frozenset({"__pycache__", "bundle", "node_modules"})


def build(workspace: Workspace, dist: Path, report: Callable[[str], None] = print) -> bool:
    """Build everything into `dist` unless nothing changed since the last build; true when it was built."""
    fingerprint = inputs_fingerprint(workspace)
    if _is_current(dist, fingerprint):
        report(f"built already: {dist.name}/ holds release {read_manifest(dist)['release']}")
        return False
    dist.parent.mkdir(parents=True, exist_ok=True)
    work = dist.with_name(f".{dist.name}.{os.getpid()}")
    shutil.rmtree(work, ignore_errors=True)
    try:
        _build_into(workspace, work, report)
        (work / _STAMP).write_text(fingerprint)
        _replace(work, dist)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    report(f"built release {read_manifest(dist)['release']} in {dist.name}/")
    return True


def wheels(dist: Path) -> list[Path]:
    """The wheels that the zipapps of a finished build were made from."""
    return sorted(dist.glob("wheels/*/*.whl"))


def inputs_fingerprint(workspace: Workspace) -> str:
    """SHA-256 over every file that the build reads, and over the interpreter that it builds for."""
    digest = hashlib.sha256(str(this_target()).encode())
    for path in _input_files(workspace.root):
        data = path.read_bytes()
        digest.update(f"{path.relative_to(workspace.root)}\0{len(data)}\0".encode())
        digest.update(data)
    return digest.hexdigest()


def _input_files(root: Path) -> list[Path]:
    found = {path for pattern in _INPUTS for path in root.glob(pattern) if path.is_file()}
    for pattern in _INPUT_TREES:
        for tree in root.glob(pattern):
            found |= {path for path in tree.rglob("*") if path.is_file() and not _NOT_INPUTS & {*path.parts}}
    return sorted(found)


def _is_current(dist: Path, fingerprint: str) -> bool:
    try:
        return (dist / _STAMP).read_text() == fingerprint and _sums_hold(dist)
    except OSError:
        return False


def _sums_hold(dist: Path) -> bool:
    """Whether every file still has its checksum: `dist/` is a folder that anybody may touch."""
    return all(sha256(dist / name) == digest for name, digest in read_sums(dist).items())


def _build_into(workspace: Workspace, work: Path, report: Callable[[str], None]) -> None:
    report("building wheels")
    wheels_of = build_wheels(workspace, work / "wheels")
    target = this_target()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        report(f"installing the locked requirements of {len(workspace.binaries)} binaries")
        sites = {binary: work / "sites" / binary for binary in workspace.binaries}
        list(pool.map(lambda binary: _install(workspace, binary, sites[binary], wheels_of), sites))
        digests = dict(zip(sites, pool.map(site_digest, sites.values()), strict=True))
        release = release_id(workspace.version, digests, target)
        report(f"zipping release {release}")
        for site in sites.values():
            _write_release_module(site, workspace.version, release)
        zipapps = [
            Zipapp(binary, entry_point(binary), site, _build_id(binary, digests[binary], release, target))
            for binary, site in sites.items()
        ]
        built = list(pool.map(lambda zipapp: _zip(zipapp, work, target), zipapps))
        list(pool.map(lambda one: _sbom(one, workspace.version, work), built))
    about = Release(workspace.names["PROJECT_NAME"], workspace.version, _commit(workspace.root), release, target)
    write_manifest(work, about, built)
    report("writing the archive")
    write_archive(work)
    shutil.rmtree(work / "sites")


def release_id(version: str, digests: dict[str, str], target: Target) -> str:
    """The version and twelve hex digits over everything that makes this release what it is.

    Content (the digest of each binary's site), entry points and target; not the commit and not the day, which do not
    change what runs.
    """
    digest = hashlib.sha256(f"{version}\0{target}\0".encode())
    for binary, site in sorted(digests.items()):
        digest.update(f"{binary}\0{entry_point(binary)}\0{site}\0".encode())
    return f"{version}-{digest.hexdigest()[:12]}"


def entry_point(binary: str) -> str:
    """Where a binary starts."""
    return f"{binary}.__main__:main"


def _install(workspace: Workspace, binary: str, site: Path, wheels: dict[str, Path]) -> None:
    needed = workspace.closure(workspace.package_of(binary))
    lock = workspace.root / "requirements" / f"{binary}.txt"
    install_site(site, lock, [wheels[package.folder.name] for package in needed])


def _write_release_module(site: Path, version: str, release: str) -> None:
    module = site / _RELEASE_MODULE
    module.write_text(f"VERSION = {version!r}\nRELEASE_ID = {release!r}\n")
    module.chmod(0o644)


def _build_id(binary: str, digest: str, release: str, target: Target) -> str:
    """SHA-256 over all that a zipapp holds: its site without the release module, and what that module says."""
    return hashlib.sha256(f"{entry_point(binary)}\0{target}\0{digest}\0{release}".encode()).hexdigest()


def _zip(zipapp: Zipapp, work: Path, target: Target) -> Built:
    path = work / zipapp.name
    write_zipapp(zipapp, path, target)
    return Built(zipapp.name, path, sha256(path), zipapp.site)


def _sbom(built: Built, version: str, work: Path) -> None:
    # Imported here: the library takes longer to import than a build with nothing to do takes in all.
    # It logs each class that it registers meanwhile, and nox shows every log.
    logging.getLogger("py_serializable").setLevel(logging.WARNING)
    from scripts.build.release.sbom import write_sbom

    write_sbom(built.site, built.name, version, built.sha256, work / f"{built.name}.cdx.json")


def _commit(root: Path) -> str | None:
    """The commit that was built, `-dirty` when the tree differs from it, nothing outside a repository."""
    command = ["git", "-C", str(root), "describe", "--always", "--abbrev=40", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    except (subprocess.CalledProcessError, FileNotFoundError):
        return None
    return done.stdout.strip()


def main() -> int:
    """Build into the folder that the command line names."""
    try:
        build(Workspace(), Path(sys.argv[1]).absolute())
    except ToolError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _replace(work: Path, dist: Path) -> None:
    """Put the new folder in the place of the old one, which is never half old and half new."""
    old = dist.with_name(f".{dist.name}.old.{os.getpid()}")
    if dist.exists():
        dist.rename(old)
    work.rename(dist)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

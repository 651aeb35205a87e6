"""Installing from an archive: what is checked before it is unpacked, and archives that were made to do harm."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hero_assistance.releases.errors import BadBuild, BadSignature, ChecksumMismatch, NoChecksum, WrongTarget
from hero_assistance.releases.install import Outcome, install
from hero_assistance.releases.sources import archive as archives
from hero_assistance.releases.sources import build_source, checksums
from hero_assistance.releases.sources.checksums import ArchiveChecks, find_sum, parse_sha256
from hero_assistance.releases.sources.signature import check_signature
from hero_assistance.releases.store import ReleaseStore
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.zipapp.header import Target
from scripts.build.release.archive import write_archive
from scripts.build.release.manifest import sha256
from tests.builds import SMALL_BINARIES, make_build, run
from tests.capabilities import SSH_KEYGEN, require
from tests.sshd import make_key

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

MEGABYTE = 1024 * 1024
# Of an archive, by name.
Members = dict[str, tuple[tarfile.TarInfo, bytes]]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """The archive of a small build, in the folder of that."""
    return write_archive(make_build(tmp_path / "dist", "1.0-one"))


def take(store: ReleaseStore, archive: Path, checks: ArchiveChecks | None = None) -> Outcome:
    """Install from an archive, with the checksum that it has."""
    return install(store, archive, lambda _step: None, checks=checks or ArchiveChecks(sha256(archive)))


def repack(archive: Path, change: Callable[[Members], object]) -> Path:
    """The same archive after `change` had its members, by name."""
    with tarfile.open(fileobj=io.BytesIO(zstd.decompress(archive.read_bytes()))) as old:
        members = {}
        for info in old.getmembers():
            file = old.extractfile(info)
            assert file is not None
            members[info.name] = (info, file.read())
    change(members)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as new:
        for info, data in members.values():
            new.addfile(info, io.BytesIO(data))
    changed = archive.with_name("changed.tar.zst")
    changed.write_bytes(zstd.compress(packed.getvalue()))
    return changed


def edit(member: str, /, **fields: object) -> Callable[[Members], None]:
    """Change the header of one member."""

    def change(members: Members) -> None:
        for field, value in fields.items():
            setattr(members[member][0], field, value)

    return change


def edit_manifest(**fields: object) -> Callable[[Members], None]:
    """Change the manifest itself; `size` is that of every file."""

    def change(members: Members) -> None:
        info, data = members["manifest.json"]
        manifest = json.loads(data)
        for field, value in fields.items():
            if field == "size":
                for file in manifest["files"]:
                    file["size"] = value
            else:
                manifest[field] = value
        text = json.dumps(manifest).encode()
        info.size = len(text)
        members["manifest.json"] = (info, text)

    return change


def add(name: str, data: bytes = b"x", **fields: object) -> Callable[[Members], None]:
    """Add a member after all others."""

    def change(members: Members) -> None:
        info = tarfile.TarInfo(name)
        info.size = len(data)
        for field, value in fields.items():
            setattr(info, field, value)
        members[name] = (info, data)

    return change


def test_an_archive_installs_what_its_folder_would(
    store: ReleaseStore, archive: Path, hero_env: dict[str, str]
) -> None:
    assert install(store, archive, print).changed  # by the SHA256SUMS next to it
    assert [run(store.bin / name, env=hero_env) for name in SMALL_BINARIES] == ["1.0-one"] * 2
    assert not install(store, archive.parent, print).changed


def test_the_same_build_gives_the_same_archive(archive: Path, tmp_path: Path) -> None:
    again = write_archive(make_build(tmp_path / "again", "1.0-one"))
    assert (again.name, sha256(again)) == (archive.name, sha256(archive))


def test_an_archive_holds_nothing_of_this_machine(archive: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(zstd.decompress(archive.read_bytes()))) as opened:
        found = [(one.name, one.uid, one.gid, one.uname, one.gname, one.mtime, one.mode) for one in opened]
    assert [one[0] for one in found] == ["manifest.json", *SMALL_BINARIES]
    assert {one[1:6] for one in found} == {(0, 0, "", "", 0)}
    assert [one[6] for one in found] == [0o644, 0o755, 0o755]


@pytest.mark.parametrize(
    "change",
    [
        edit("alpha", name="../../evil"),
        edit("alpha", name="/tmp/evil"),
        edit("alpha", name="./alpha"),
        edit("alpha", name="gamma"),
        edit("alpha", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        edit("alpha", type=tarfile.LNKTYPE, linkname="beta"),
        edit("alpha", type=tarfile.DIRTYPE),
        edit("alpha", type=tarfile.FIFOTYPE),
        edit("alpha", type=tarfile.CHRTYPE),
        edit("alpha", type=tarfile.GNUTYPE_SPARSE),
        edit("alpha", pax_headers={"path": "../evil"}),
        edit("manifest.json", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        lambda members: members.pop("manifest.json"),
        lambda members: members.pop("beta"),
        lambda members: members.update(alpha=members.pop("alpha")),
        lambda members: members.clear(),
        edit_manifest(size=10),
        edit_manifest(size=-1),
        edit_manifest(size=2**40),
        edit_manifest(size=float("inf")),
        edit_manifest(files=[]),
        edit_manifest(files=[{"name": "../evil", "sha256": "", "size": 1}]),
        edit_manifest(files=[{"name": "alpha", "sha256": "", "size": 1}] * 2),
        edit_manifest(files=[{"name": f"a{n}", "sha256": "", "size": 0} for n in range(archives._FILES + 1)]),
        edit_manifest(release="../evil"),
        edit_manifest(padding="x" * 2 * MEGABYTE),
        add("gamma"),
        add("../evil"),
        add("evil", b"", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
        add("zeros", bytes(MEGABYTE)),
    ],
)
def test_what_does_harm_is_refused(change: Callable[[Members], object], store: ReleaseStore, archive: Path) -> None:
    changed = repack(archive, change)
    before = sorted(changed.parent.rglob("*"))
    with pytest.raises(BadBuild):
        take(store, changed)
    assert store.live() is None
    assert store.list_unfinished() == []
    assert sorted(changed.parent.rglob("*")) == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"not an archive",
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data + b"trailing",
        lambda data: zstd.compress(bytes(64 * MEGABYTE)),
        lambda data: zstd.compress(b""),
        lambda data: zstd.compress(zstd.decompress(data) + bytes(MEGABYTE)),
        lambda data: zstd.compress(zstd.decompress(data)[: -MEGABYTE // 2]),
    ],
    ids=["empty", "text", "half", "one byte less", "more", "zeros", "nothing", "a long end", "cut before"],
)
def test_half_an_archive_is_refused(spoil: Callable[[bytes], bytes], store: ReleaseStore, archive: Path) -> None:
    archive.write_bytes(spoil(archive.read_bytes()))
    with pytest.raises(BadBuild):
        take(store, archive)
    assert store.live() is None
    assert store.list_unfinished() == []


def test_a_window_that_takes_much_memory_is_refused(store: ReleaseStore, archive: Path) -> None:
    parameter = zstd.CompressionParameter
    options: dict[int, int] = {
        parameter.window_log: archives.WINDOW_LOG + 1,
        parameter.enable_long_distance_matching: 1,
    }
    compressor = zstd.ZstdCompressor(options=options)
    data = zstd.decompress(archive.read_bytes())
    archive.write_bytes(compressor.compress(data) + compressor.flush())
    with pytest.raises(BadBuild, match="cannot be unpacked"):
        take(store, archive)


@pytest.mark.parametrize("target", [Target("CPython 3.9", "linux-x86_64"), Target("CPython 3.11", "plan9-vax")])
def test_a_build_for_another_machine_is_refused(target: Target, store: ReleaseStore, tmp_path: Path) -> None:
    archive = write_archive(make_build(tmp_path / "dist", "1.0-one", target=target))
    with pytest.raises(WrongTarget, match="built for"):
        take(store, archive)
    assert not store.folder.exists()


def test_a_python_without_zstandard_is_told_what_helps(
    store: ReleaseStore, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "compression" if sys.version_info >= (3, 14) else "backports", None)
    monkeypatch.delitem(sys.modules, archives.__name__)
    with pytest.raises(BadBuild, match="this Python reads no Zstandard") as raised:
        take(store, archive)
    assert raised.value.hint is not None
    assert "tar --zstd" in raised.value.hint


def test_an_archive_without_a_checksum_is_refused(store: ReleaseStore, archive: Path) -> None:
    (archive.parent / "SHA256SUMS").unlink()
    with pytest.raises(NoChecksum) as failed:
        install(store, archive, print)
    assert "--sha256" in str(failed.value.hint)


def test_another_checksum_is_refused_before_it_is_unpacked(store: ReleaseStore, archive: Path) -> None:
    with archive.open("ab") as file:
        file.write(b"x")
    with pytest.raises(ChecksumMismatch, match="published"):
        install(store, archive, print)
    assert not store.folder.exists()


def test_what_changes_after_its_check_is_refused(
    store: ReleaseStore, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody else may write the file that an operator has the checksum of."""
    other = write_archive(make_build(tmp_path / "other", "1.0-two")).read_bytes()

    def check_and_change(path: Path, *rest: Any) -> str:
        digest = checksums.check_archive(path, *rest)
        path.write_bytes(other)
        return digest

    monkeypatch.setattr(build_source, "check_archive", check_and_change)
    with pytest.raises(ChecksumMismatch, match="has changed"):
        install(store, archive, print)
    assert store.live() is None
    assert store.list_unfinished() == []


def test_what_was_signed_is_what_has_the_checksum(
    store: ReleaseStore, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A program that takes every signature stands for one of bytes that are there for a moment."""
    program = tmp_path / "bin" / "ssh-keygen"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec cat > /dev/null\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=os.pathsep)
    archive.with_name(f"{archive.name}.sig").touch()
    signers = ArchiveChecks(signers=program)

    def change_and_check(path: Path, *rest: Any) -> str:
        path.write_bytes(b"signed")
        return check_signature(path, *rest)

    assert install(store, archive, print, checks=signers).changed
    monkeypatch.setattr(checksums, "check_signature", change_and_check)
    with pytest.raises(ChecksumMismatch, match="has changed"):
        install(store, archive, print, checks=signers)


def test_a_checksum_is_read_as_sha256sum_writes_it() -> None:
    digest = "a" * 64
    assert find_sum(f"{'b' * 64}  other\n{digest} *x.tar.zst\n", "x.tar.zst") == digest
    assert find_sum(f"{digest}  folder/x.tar.zst\nnonsense\n", "x.tar.zst") is None
    assert parse_sha256(f" {digest.upper()}\n") == digest
    with pytest.raises(UsageError):
        parse_sha256("abc")


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A new key of a signer."""
    require(SSH_KEYGEN)
    key = tmp_path / "key"
    make_key(key)
    return key


def sign(archive: Path, key: Path, namespace: str = "hero_assistance") -> None:
    """Sign as an operator would."""
    command = ["ssh-keygen", "-Y", "sign", "-q", "-n", namespace, "-f", str(key), str(archive)]
    subprocess.run(command, check=True, capture_output=True)


def signers_of(key: Path) -> ArchiveChecks:
    """Checks that know one signer."""
    signers = key.with_name("signers")
    signers.write_text(f"release {key.with_suffix('.pub').read_text()}")
    return ArchiveChecks(signers=signers)


def test_a_signed_archive_is_taken(store: ReleaseStore, archive: Path, key: Path) -> None:
    sign(archive, key)
    assert take(store, archive, signers_of(key)).changed


@pytest.mark.parametrize("case", ["unsigned", "another key", "another use", "another archive", "no file of signers"])
def test_what_no_known_signer_signed_is_refused(case: str, store: ReleaseStore, archive: Path, key: Path) -> None:
    checks = signers_of(key)
    if case != "unsigned":
        sign(archive, key, "git" if case == "another use" else "hero_assistance")
    if case == "another key":
        assert checks.signers is not None
        checks.signers.write_text(checks.signers.read_text().replace("AAAAC3Nza", "AAAAC3Nzb"))
    if case == "another archive":
        archive.write_bytes(zstd.compress(zstd.decompress(archive.read_bytes())))
        checks = ArchiveChecks(sha256(archive), checks.signers)
    if case == "no file of signers":
        checks = ArchiveChecks(signers=archive.with_name("none"))
    with pytest.raises(BadSignature):
        take(store, archive, checks)
    assert not store.folder.exists()


def test_a_signature_without_known_signers_is_said(store: ReleaseStore, archive: Path) -> None:
    archive.with_name(f"{archive.name}.sig").touch()
    steps: list[str] = []
    install(store, archive, steps.append)
    assert [step for step in steps if "not checked" in step]

"""The image for containers: valid by its digests and to umoci, and healthy by its own entry point."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from hero_assistance_sdk.zipapp.header import Target
from scripts.build.packaging.base_system import USER_ID
from scripts.build.packaging.image import DATA, image_name, write_image
from scripts.build.release.archive import archive_name
from scripts.build.release.manifest import read_manifest
from scripts.build.release.zipapp import this_target
from scripts.build.tool import ToolError
from tests.builds import make_build
from tests.capabilities import AS_ROOT, DEBIAN_PYTHON, MMDEBSTRAP, NAMESPACES, needs
from tests.packaging.container import Bundle, ask_to_end, unpack_image
from tests.supervisor.test_foreground import end, read_until

RELEASE = "1.0-0123456789ab"
LINUX = Target(this_target().python, "linux-x86_64")
ROOT = "./usr/lib/hero-assistance"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The image of a small build, above a system of one file."""
    return write_image(make_build(tmp_path / "build", RELEASE, target=LINUX), tmp_path, make_base(tmp_path))


@pytest.fixture(scope="module")
def bundle(dist: Path) -> Iterator[Bundle]:
    """The real image, unpacked."""
    with TemporaryDirectory(prefix="ha", dir="/tmp") as folder:
        yield unpack_image(write_image(dist, Path(folder)), Path(folder), read_manifest(dist)["release"])


def make_base(folder: Path) -> Path:
    path = folder / "base.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("./etc/debian_version"), io.BytesIO())
    return path


def read_blob(archive: tarfile.TarFile, about: dict[str, Any]) -> bytes:
    """What a descriptor refers to; its size and its digest are those that it says."""
    file = archive.extractfile(f"./blobs/{about['digest'].replace(':', '/')}")
    assert file is not None
    data = file.read()
    assert (len(data), f"sha256:{hashlib.sha256(data).hexdigest()}") == (about["size"], about["digest"])
    return data


def read_json(archive: tarfile.TarFile, name: str) -> Any:
    file = archive.extractfile(f"./{name}")
    assert file is not None
    return json.load(file)


def read_image(path: Path) -> tuple[dict[str, Any], dict[str, Any], list[bytes]]:
    """Manifest, configuration and unpacked layers of an image, each by its digest."""
    with tarfile.open(path) as archive:
        assert read_json(archive, "oci-layout") == {"imageLayoutVersion": "1.0.0"}
        [named] = read_json(archive, "index.json")["manifests"]
        manifest = json.loads(read_blob(archive, named))
        config = json.loads(read_blob(archive, manifest["config"]))
        layers = [gzip.decompress(read_blob(archive, layer)) for layer in manifest["layers"]]
    return manifest, config, layers


def test_every_digest_is_that_of_its_blob(small: Path) -> None:
    manifest, config, layers = read_image(small)
    assert [f"sha256:{hashlib.sha256(layer).hexdigest()}" for layer in layers] == config["rootfs"]["diff_ids"]
    assert (config["os"], config["architecture"]) == ("linux", "amd64")
    assert manifest["annotations"]["org.opencontainers.image.version"] == "1.0"


def test_the_same_build_and_system_give_the_same_bytes(small: Path, tmp_path: Path) -> None:
    (tmp_path / "again").mkdir()
    again = write_image(tmp_path / "build", tmp_path / "again", tmp_path / "base.tar")
    assert again.read_bytes() == small.read_bytes()
    assert small.name == image_name(tmp_path / "build")
    assert small.name == archive_name(tmp_path / "build").replace(".tar.zst", ".oci.tar")


def test_a_file_of_several_binaries_is_there_once(small: Path) -> None:
    _manifest, _config, layers = read_image(small)
    with tarfile.open(fileobj=io.BytesIO(layers[-1])) as archive:
        shared = archive.getmember(f"{ROOT}/lib/beta/hero_assistance_sdk/release.py")
        assert shared.linkname == f"{ROOT}/lib/alpha/hero_assistance_sdk/release.py"
        # What a link leads to comes before it.
        assert archive.getnames().index(shared.linkname) < archive.getnames().index(shared.name)


def test_no_file_can_be_written_by_others(small: Path) -> None:
    """What unpacks a layer sets the mode of a hard link, which is that of its file."""
    _manifest, _config, layers = read_image(small)
    with tarfile.open(fileobj=io.BytesIO(layers[-1])) as archive:
        assert [member.name for member in archive if not member.issym() and member.mode & 0o022] == []
        shared = archive.getmember(f"{ROOT}/lib/beta/hero_assistance_sdk/release.py")
        assert (shared.islnk(), shared.mode) == (True, archive.getmember(shared.linkname).mode)


def test_only_the_folders_of_the_data_and_the_sockets_are_the_users(small: Path) -> None:
    _manifest, config, layers = read_image(small)
    with tarfile.open(fileobj=io.BytesIO(layers[-1])) as archive:
        owned = {member.name: member.uid for member in archive if member.uid != 0}
    assert owned == {f".{DATA}": USER_ID, "./run/hero-assistance": USER_ID}
    assert config["config"]["User"] == f"{USER_ID}:{USER_ID}"
    assert config["config"]["Volumes"] == {DATA: {}}


def test_a_build_for_another_system_has_no_image(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build", RELEASE, target=Target("CPython 3.11", "darwin-arm64"))
    with pytest.raises(ToolError, match="this is darwin-arm64"):
        write_image(build, tmp_path, make_base(tmp_path))


def test_a_python_that_no_debian_has_is_refused(tmp_path: Path) -> None:
    build = make_build(tmp_path / "build", RELEASE, target=Target("CPython 3.12", "linux-x86_64"))
    with pytest.raises(ToolError, match=r"no Debian has python3\.12"):
        write_image(build, tmp_path)


@needs(MMDEBSTRAP, DEBIAN_PYTHON, NAMESPACES, AS_ROOT)
def test_a_container_is_healthy_until_it_is_asked_to_end(bundle: Bundle, dist: Path) -> None:
    release = read_manifest(dist)["release"]
    with bundle.started() as program:
        read_until(program, f"started release {release}")
        status = json.loads(bundle.run_in(program, "hero_assistance", "status", "--json"))
        doctor = json.loads(bundle.run_in(program, "hero_assistance", "doctor", "--json"))
        bundle.run_in(program, "hero_assistance", "user", "add", "ann@example.org", "--role", "admin")
        ask_to_end(program)
        printed, ended = end(program)
    assert ended == 0, printed
    assert {action["state"] for action in status["actions"]} == {"healthy"}
    found = {finding["check"]: finding["verdict"] for finding in doctor["findings"]}
    assert doctor["verdict"] != "fault", doctor
    assert (found["release"], found.get("ownership", "ok")) == ("ok", "ok")


@needs(MMDEBSTRAP, DEBIAN_PYTHON, NAMESPACES, AS_ROOT)
def test_the_next_container_has_the_data_of_the_volume(bundle: Bundle) -> None:
    with bundle.started() as program:
        read_until(program, "started release")
        bundle.run_in(program, "hero_assistance", "user", "add", "bob@example.org", "--role", "agent")
        ask_to_end(program)
        end(program)
    with bundle.started() as program:
        read_until(program, "started release")
        users = bundle.run_in(program, "hero_assistance", "user", "list")
        ask_to_end(program)
        end(program)
    assert "bob@example.org" in users

"""An image as a tar file of the OCI's layout, which podman, skopeo, containerd and docker load.

https://github.com/opencontainers/image-spec says what is in it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.build.packaging.tar_tree import File, write_tar
from scripts.build.release.manifest import sha256

_INDEX = "application/vnd.oci.image.index.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
REFERENCE = "org.opencontainers.image.ref.name"
# Of 150 MB: level 9 takes twice as long for 0.5 % less.
_LEVEL = 6


@dataclass(frozen=True)
class Layer:
    """A tar file of a part of the image's files, and what it is."""

    tar: Path
    about: str


@dataclass(frozen=True)
class Image:
    """What an image is for and says of itself; `config` is how its program is started."""

    architecture: str
    name: str
    layers: Sequence[Layer]
    config: Mapping[str, Any]
    annotations: Mapping[str, str]


def write_archive(image: Image, work: Path, target: Path) -> None:
    """Write an image to `target`, with `work` for what is on the way; the same layers give the same bytes."""
    blobs = _Blobs(work)
    config = {
        "architecture": image.architecture,
        "os": "linux",
        "config": image.config,
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(layer.tar)}" for layer in image.layers]},
        "history": [{"created_by": layer.about} for layer in image.layers],
    }
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": blobs.add(_to_json(config), _CONFIG),
        "layers": [blobs.add_layer(layer.tar) for layer in image.layers],
        "annotations": image.annotations,
    }
    named = {**blobs.add(_to_json(manifest), _MANIFEST), "annotations": {REFERENCE: image.name}}
    index = {"schemaVersion": 2, "mediaType": _INDEX, "manifests": [named]}
    tree = {
        "oci-layout": File(_to_json({"imageLayoutVersion": "1.0.0"})),
        "index.json": File(_to_json(index)),
        **{f"blobs/sha256/{path.name}": File(path) for path in blobs.list_files()},
    }
    with target.open("wb") as output:
        write_tar(output, tree)


class _Blobs:
    """Files that are named after their SHA-256."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "blobs"
        self._folder.mkdir()

    def list_files(self) -> Iterable[Path]:
        return self._folder.iterdir()

    def add(self, data: bytes, media_type: str) -> dict[str, Any]:
        """Keep these bytes and return what refers to them."""
        digest = hashlib.sha256(data).hexdigest()
        (self._folder / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data)}

    def add_layer(self, tar: Path) -> dict[str, Any]:
        """Keep a tar file compressed, without the time and the name that gzip would write."""
        packed = self._folder.with_name("layer.gz")
        with (
            tar.open("rb") as source,
            packed.open("wb") as output,
            gzip.GzipFile("", "wb", compresslevel=_LEVEL, fileobj=output, mtime=0) as compressed,
        ):
            shutil.copyfileobj(source, compressed, 1024 * 1024)
        digest, size = sha256(packed), packed.stat().st_size
        packed.rename(self._folder / digest)
        return {"mediaType": _LAYER, "digest": f"sha256:{digest}", "size": size}


def _to_json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()

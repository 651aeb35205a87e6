"""A CycloneDX bill of materials of one binary, read from what was really installed into it."""

from __future__ import annotations

import json
import uuid
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

_NAMESPACE = uuid.UUID("6f1d6c1a-9a55-5f0e-8b61-0b6a3f4f7b52")


def write_sbom(site: Path, binary: str, version: str, sha256: str, output: Path) -> None:
    """Write the bill of `binary`, whose zipapp has the given checksum."""
    hashes = [HashType(alg=HashAlgorithm.SHA_256, content=sha256)]
    root = Component(name=binary, version=version, type=ComponentType.APPLICATION, hashes=hashes, bom_ref=binary)
    bom = Bom(components=_components(site), serial_number=uuid.uuid5(_NAMESPACE, f"{binary}:{sha256}"))
    bom.metadata.component = root
    bom.register_dependency(root, bom.components)
    document = json.loads(JsonV1Dot6(bom).output_as_string())
    # The moment of the build would make two equal builds differ.
    del document["metadata"]["timestamp"]
    output.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n")


def _components(site: Path) -> list[Component]:
    found = (HeaderParser().parsestr(file.read_text()) for file in sorted(site.glob("*.dist-info/METADATA")))
    return [_component(metadata) for metadata in found]


def _component(metadata: Message) -> Component:
    name, version = str(metadata["Name"]), str(metadata["Version"])
    purl = PackageURL("pypi", name=name.lower().replace("_", "-"), version=version)
    return Component(
        name=name,
        version=version,
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        description=str(metadata["Summary"] or ""),
    )

"""The official meta-schema of OpenRPC, from the npm package that publishes it, and the JSON Schema it refers to."""

from __future__ import annotations

import json
import subprocess
from typing import Any

from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from scripts.build.npm import install_tools, node_executable
from scripts.build.workspace import REPOSITORY

TIMEOUT_S = 60.0
# What the meta-schema calls a JSON Schema; it has the meaning of draft 7, which `jsonschema` brings along.
_JSON_SCHEMA = "https://meta.json-schema.tools"


def openrpc_validator() -> Draft7Validator:
    """Checks documents as the OpenRPC initiative does."""
    package = install_tools(REPOSITORY) / "node_modules" / "@open-rpc" / "meta-schema"
    program = "console.log(JSON.stringify(require(process.argv[1]).default))"
    command = [str(node_executable()), "-e", program, str(package)]
    printed = subprocess.run(command, check=True, capture_output=True, timeout=TIMEOUT_S).stdout
    meta_schema: dict[str, Any] = json.loads(printed)
    # jsonschema takes the dialect from the class; a `$schema` that it does not know would only confuse it.
    meta_schema.pop("$schema")
    known = Resource.from_contents(Draft7Validator.META_SCHEMA, default_specification=DRAFT7)
    resources = [(_JSON_SCHEMA, known), (f"{_JSON_SCHEMA}/", known)]
    return Draft7Validator(meta_schema, registry=Registry().with_resources(resources))

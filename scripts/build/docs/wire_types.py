"""The page's TypeScript types of the wire, made from the server's OpenRPC document and the models of its stream.

python -m scripts.build.docs.wire_types            write them
python -m scripts.build.docs.wire_types --check    exit 1 when they are not current
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from hero_assistance_sdk.refusals import RefusalKind
from hero_assistance_sdk.rpc.field_faults import FaultKind
from hero_assistance_sdk.wire import Connected, Counts, Event, PresenceChange, Reset, Wire
from scripts.build.docs.wire_docs import describe_model, openrpc_document
from scripts.build.workspace import REPOSITORY

MODULE = REPOSITORY / "packages" / "ui" / "frontend" / "api" / "wire.ts"
COMMAND = "python -m scripts.build.docs.wire_types"

_HEAD = f"""\
// Made by `{COMMAND}` from the server's OpenRPC document; change the server, not this file.
// docs/wire.md has the words for each. Times are milliseconds since 1970 in UTC.
"""
_STREAMED: tuple[type[Wire], ...] = (Connected, Counts, Event, PresenceChange, Reset)
_SCALARS = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*")


def render_module(document: dict[str, Any]) -> str:
    """Return the whole of `api/wire.ts`."""
    streamed = {name: schema for model in _STREAMED for name, schema in describe_model(model).items()}
    schemas = {**streamed, **document["components"]["schemas"]}
    parts = [
        _HEAD,
        *(_declaration(name, schema) for name, schema in sorted(schemas.items())),
        _event_kinds(document["x-events"]),
        _errors(document["components"]["errors"]),
        _kinds("FaultKind", FaultKind, "What is wrong with a param."),
        _kinds("RefusalKind", RefusalKind, "Why a call is refused."),
        _methods(document["methods"]),
    ]
    return "\n".join(parts)


def _declaration(name: str, schema: dict[str, Any]) -> str:
    if not _IDENTIFIER.fullmatch(name):
        raise ValueError(f"{name} is no name of a type: two types of the server have one name")
    made = _type(schema)
    if name == Event.__name__:
        made = made.replace("  kind: string;", "  kind: EventKind;")
    return f"export type {name} = {made};\n"


def _event_kinds(events: list[dict[str, Any]]) -> str:
    """The kinds as values too: a browser has to name each kind that it listens to."""
    kinds = "".join(f"  {json.dumps(event['name'])},\n" for event in events)
    changing = ", ".join(json.dumps(event["name"]) for event in events if event["changes_thread"])
    return (
        f"export const EVENT_KINDS = [\n{kinds}] as const;\n\nexport type EventKind = (typeof EVENT_KINDS)[number];\n\n"
        "/** After one of these the thread of the event's ticket has other messages than the event says. */\n"
        f"export const THREAD_CHANGED: ReadonlySet<EventKind> = new Set([{changing}]);\n"
    )


def _errors(errors: dict[str, Any]) -> str:
    codes = {error["data"]["reason"]: error["code"] for error in errors.values()}
    lines = "".join(f"  {json.dumps(reason)}: {code},\n" for reason, code in sorted(codes.items()))
    return f"/** The code of each error, by its reason. */\nexport const ERROR_CODES = {{\n{lines}}} as const;\n"


def _kinds(name: str, kinds: type[StrEnum], words: str) -> str:
    values = " | ".join(json.dumps(kind.value) for kind in kinds)
    return f"/** {words} */\nexport type {name} = {values};\n"


def _methods(methods: list[dict[str, Any]]) -> str:
    return "export type Methods = {\n" + "".join(_method(method) for method in methods) + "};\n"


def _method(method: dict[str, Any]) -> str:
    result = _type(method["result"]["schema"], "    ")
    return f"  {json.dumps(method['name'])}: {{\n    params: {_params(method)};\n    result: {result};\n  }};\n"


def _params(method: dict[str, Any]) -> str:
    params = method["params"]
    if not params:
        return "Record<string, never>"
    lines = "".join(
        f"      {_key(param['name'])}{'' if param['required'] else '?'}: {_type(param['schema'], ' ' * 6)};\n"
        for param in params
    )
    return f"{{\n{lines}    }}"


def _type(schema: dict[str, Any], indent: str = "") -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return name or "Record<string, unknown>"  # the OpenRPC document itself, which no page reads
    if options := schema.get("anyOf") or schema.get("oneOf"):
        return " | ".join(dict.fromkeys(_type(option, indent) for option in options))
    if values := [schema["const"]] if "const" in schema else schema.get("enum"):
        return " | ".join(map(json.dumps, values))
    return _plain_type(schema, indent)


def _plain_type(schema: dict[str, Any], indent: str) -> str:
    if schema["type"] == "array":
        return f"Array<{_type(schema['items'], indent)}>"
    if schema["type"] == "object":
        return _object(schema, indent)
    return _SCALARS[schema["type"]]


def _object(schema: dict[str, Any], indent: str) -> str:
    if "properties" in schema:
        required = schema.get("required", ())
        return "{\n" + "".join(_fields(schema["properties"], required, indent + "  ")) + indent + "}"
    keys = schema.get("propertyNames", {})
    if isinstance(values := schema.get("additionalProperties"), dict):
        key = _type(keys, indent) if "$ref" in keys or "enum" in keys else "string"
        return f"{{ [key in {key}]?: {_type(values, indent)} }}"
    return "Record<string, unknown>"


def _fields(properties: dict[str, Any], required: list[str], indent: str) -> Iterator[str]:
    for name, schema in properties.items():
        mark = "" if name in required else "?"
        yield f"{indent}{_key(name)}{mark}: {_type(schema, indent)};\n"


def _key(name: str) -> str:
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name)


def main(arguments: list[str]) -> int:
    """Write the module, or compare it."""
    made = render_module(asyncio.run(openrpc_document()))
    if arguments == ["--check"]:
        current = MODULE.exists() and MODULE.read_text("utf-8") == made
        if not current:
            print(f"{MODULE.name} is not what the server does; run: {COMMAND}", file=sys.stderr)
        return 0 if current else 1
    MODULE.parent.mkdir(exist_ok=True)
    MODULE.write_text(made, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

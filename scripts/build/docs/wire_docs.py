"""`docs/wire.md` and `docs/wire/`, made from the server's OpenRPC document, its permission table and its errors.

python -m scripts.build.docs.wire_docs            write the pages
python -m scripts.build.docs.wire_docs --check    exit 1 when they are not current
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hero_assistance_sdk.refusals import REFUSAL_MEANINGS
from hero_assistance_sdk.rpc.errors import CODES, TRANSLATIONS
from hero_assistance_sdk.rpc.examples import Call
from hero_assistance_sdk.rpc.field_faults import FAULT_MEANINGS
from hero_assistance_sdk.wire import Connected, Counts, Event, PresenceChange, Reset, Wire
from hero_assistance_server.desk import Desk
from hero_assistance_server.http.applications import build_methods
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.permissions import CallerKind
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.rpc.example_fixtures import SCENE
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.users.directory import Directory
from scripts.build.docs.wire_prose import ERRORS, EVENTS, FAULTS, FILES, FIXTURES, INTRODUCTION, REFUSALS
from scripts.build.workspace import REPOSITORY

DOCS = REPOSITORY / "docs"
COMMAND = "python -m scripts.build.docs.wire_docs"

_MADE = f"<!-- Made by `{COMMAND}`; edit the code, not this page. -->\n\n"


async def openrpc_document() -> dict[str, Any]:
    """The document of a server on an empty database."""
    with TemporaryDirectory() as folder:
        opened = open_store(Path(folder), clock=lambda: datetime.now(UTC), publish=lambda _event: None)
        async with opened as store:
            _, document = build_methods(Desk(store, Hub(), Directory([]), AuthMode.HERO))
            described: dict[str, Any] = json.loads(document.json)
            return described


def pages(document: dict[str, Any]) -> dict[str, str]:
    """The text of each page by its path below `docs/`: an index, a page for each namespace, and the types."""
    namespaces: dict[str, list[dict[str, Any]]] = {}
    for method in document["methods"]:
        namespaces.setdefault(method["name"].split(".")[0], []).append(method)
    types = _MADE + "# Types\n\n" + "\n".join(_types(document["components"]["schemas"]))
    made = {f"wire/{name}.md": _namespace(name, methods) for name, methods in namespaces.items()}
    return {"wire.md": _index(namespaces, document), **made, "wire/types.md": types}


def read_pages() -> dict[str, str]:
    """The pages that are there, by their paths below `docs/`."""
    files = [path for path in (DOCS / "wire.md", *sorted((DOCS / "wire").glob("*.md"))) if path.exists()]
    return {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in files}


def _index(namespaces: dict[str, list[dict[str, Any]]], document: dict[str, Any]) -> str:
    rows = ([f"[`{name}`](wire/{name}.md)", ", ".join(map(_link, methods))] for name, methods in namespaces.items())
    sections = [
        _MADE + INTRODUCTION,
        "## Methods\n\n" + _table(["namespace", "methods"], rows),
        "The fields of params and results are in [types](wire/types.md).\n",
        FIXTURES + "\n" + _lines(_calls(SCENE)),
        FILES,
        EVENTS + "\n" + _table(["`event:`", "audience", "`message`", "`record`"], _event_rows(document)),
        "## Errors\n\n" + ERRORS + "\n" + _table(["code", "reason", "HTTP", "meaning", "what to do"], _error_rows()),
        "## Kinds of faults\n\n" + FAULTS + "\n" + _table(["kind", "what is wrong"], _kind_rows(FAULT_MEANINGS)),
        "## Kinds of refusals\n\n" + REFUSALS + "\n" + _table(["kind", "why"], _kind_rows(REFUSAL_MEANINGS)),
    ]
    return "\n".join(sections)


def _link(method: dict[str, Any]) -> str:
    """A link to the heading of a method; a heading's address has no dot."""
    name = method["name"]
    return f"[`{name}`](wire/{name.split('.')[0]}.md#{name.replace('.', '')})"


def _namespace(name: str, methods: list[dict[str, Any]]) -> str:
    head = (
        f"{_MADE}# `{name}`\n\nSee [the wire](../wire.md) for calls, callers, errors and the project of the examples.\n"
    )
    return "\n".join([head, *("\n".join(_method(method)) for method in methods)])


def _event_rows(document: dict[str, Any]) -> Iterator[list[str]]:
    for event in document["x-events"]:
        yield [f"`{event['name']}`", event["audience"], event["message"], event["record"]]


def _method(method: dict[str, Any]) -> Iterator[str]:
    yield f"## `{method['name']}`\n"
    yield f"{method['summary']}\n"
    yield f"Callers: {_callers(method)}. Result: {_type(method['result']['schema'])}.\n"
    if method["params"]:
        rows = (
            [f"`{p['name']}`", _describe_required(p), _type(p["schema"]), p["schema"].get("description", "")]
            for p in method["params"]
        )
        yield _table(["param", "", "type", ""], rows)
    errors = ", ".join(f"`{error['data']['reason']}`" for error in method["errors"])
    yield f"Errors: {errors}.\n"
    for example in method.get("examples", ()):
        yield f"{example['name']}:\n"
        yield _lines(_example(method["name"], example))


def _example(method: str, example: dict[str, Any]) -> Iterator[str]:
    before = [Call(call["caller"], call["method"], call["params"]) for call in example.get("x-after", ())]
    params = {param["name"]: param["value"] for param in example["params"]}
    yield from _calls([*before, Call(example["x-caller"], method, params)])
    yield f"<-- {_json(example['result']['value'])}"


def _calls(calls: Iterable[Call]) -> Iterator[str]:
    for call in calls:
        if call.method.startswith("POST "):
            yield f"{call.caller} --> {call.method}?name={call.params['name']}  {call.params['body']}"
        else:
            yield f"{call.caller} --> {_json({'method': call.method, 'params': dict(call.params)})}"


def _lines(lines: Iterable[str]) -> str:
    return "```\n" + "\n".join(lines) + "\n```\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _callers(method: dict[str, Any]) -> str:
    everybody = [kind.value for kind in CallerKind]
    allowed: list[str] = method.get("x-allow", everybody)
    return "everybody" if allowed == everybody else ", ".join(allowed)


def _describe_required(param: dict[str, Any]) -> str:
    if param["required"]:
        return "required"
    default = param["schema"].get("default")
    return "" if default is None else f"default `{json.dumps(default)}`"


def _types(schemas: dict[str, Any]) -> Iterator[str]:
    streamed = (Connected, Counts, Event, PresenceChange, Reset)
    known = {**schemas, **{name: schema for model in streamed for name, schema in describe_model(model).items()}}
    for name, schema in sorted(known.items()):
        yield f"## {name}\n"
        yield f"{schema.get('description', '')}\n"
        if "enum" in schema:
            yield "One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + ".\n"
        else:
            fields = schema["properties"].items()
            yield _table(["field", "type"], ([f"`{field}`", _type(value)] for field, value in fields))


def describe_model(model: type[Wire]) -> dict[str, Any]:
    """Return the schema of a type of the stream, and of each type in it, by their names."""
    schema = model.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    inner = schema.pop("$defs", {})
    return {model.__name__: schema, **inner}


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return f"[{name}](types.md#{name.lower()})" if name else "the OpenRPC document"
    options = schema.get("anyOf") or schema.get("oneOf")
    if options:
        return " or ".join(map(_type, options))
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {_type(schema['items'])}{most}"
    if "const" in schema:
        return f"`{json.dumps(schema['const'])}`"
    return f"{schema['type']}{_limits(schema)}"


def _limits(schema: dict[str, Any]) -> str:
    low = schema.get("minLength", schema.get("minimum"))
    high = schema.get("maxLength", schema.get("maximum"))
    unit = " characters" if schema["type"] == "string" else ""
    if low is None and high is None:
        return ""
    if low is None:
        return f", at most {high}{unit}"
    return f", at least {low}{unit}" if high in (None, 2**63 - 1) else f", {low} to {high}{unit}"


def _error_rows() -> Iterator[list[str]]:
    for kind, code in sorted(CODES.items(), key=lambda item: -item[1]):
        summary = (kind.__doc__ or "").split("\n", 1)[0]
        row = TRANSLATIONS[kind]
        yield [str(code), f"`{kind.reason}`", str(row.http_status), summary, row.advice]


def _kind_rows(meanings: Mapping[Any, str]) -> Iterator[list[str]]:
    for kind, meaning in meanings.items():
        yield [f"`{kind.value}`", meaning]


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    made = pages(asyncio.run(openrpc_document()))
    if arguments == ["--check"]:
        if made != read_pages():
            print(f"docs/wire.md or docs/wire/ is not what the server does; run: {COMMAND}", file=sys.stderr)
            return 1
        return 0
    (DOCS / "wire").mkdir(exist_ok=True)
    for path in read_pages().keys() - made.keys():
        (DOCS / path).unlink()
    for path, text in made.items():
        (DOCS / path).write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""`docs/wire.md` and `docs/wire/`, made from the server's OpenRPC document, its permission table and its errors.

python -m scripts.build.wire_docs            write the pages
python -m scripts.build.wire_docs --check    exit 1 when they are not current
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hero_assistance_httpd.downloads import PICTURES, POLICY
from hero_assistance_sdk.limits import DEFAULTS, JSON_DEPTH
from hero_assistance_sdk.rpc.dispatch import BATCH_LIMIT
from hero_assistance_sdk.rpc.errors import CODES, TRANSLATIONS
from hero_assistance_sdk.rpc.examples import Call
from hero_assistance_sdk.size_limits import ANSWER_BYTES, BATCH_BYTES, PAGE_BYTES
from hero_assistance_sdk.sse import PING_S
from hero_assistance_sdk.wire import Connected, Counts, Event, PresenceChange, Reset, Wire
from hero_assistance_server.attachments.service import UNUSED_LIMIT
from hero_assistance_server.desk import Desk
from hero_assistance_server.http.applications import build_methods
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.permissions import CallerKind
from hero_assistance_server.presence.rules import LEASE_S
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.realtime.hub import QUEUE_LIMIT, Hub
from hero_assistance_server.rpc.example_fixtures import SCENE
from hero_assistance_server.storage.garbage_collection import UNUSED_FOR
from hero_assistance_server.storage.sqlite.search.document import DOCUMENT_LIMIT
from hero_assistance_server.storage.sqlite.store import open_store
from hero_assistance_server.users.directory import Directory
from scripts.build.workspace import REPOSITORY

DOCS = REPOSITORY / "docs"
COMMAND = "python -m scripts.build.wire_docs"

_MADE = f"<!-- Made by `{COMMAND}`; edit the code, not this page. -->\n\n"

_INTRODUCTION = f"""\
{_MADE}# The wire

What the ticket server says and understands. Everything here is made from the program itself; the same is in
`GET /openrpc.json` and in the method `rpc.discover`, for programs.

| where | what |
|---|---|
| `<sockets>/hero_assistance/rpc.sock` | `POST /rpc`, `GET /openrpc.json`, `POST /attachments`, `GET /attachments/ID` |
| `<sockets>/hero_assistance/events.sock` | `GET /events` |
| TCP, port 9770 | all of these, for programs of the overlay (`400::/7`) and of this machine; others get 403 |

All three answer `GET /health` and `GET /.well-known/heroservice.json`.

## Calls

JSON-RPC 2.0 over HTTP: params by name or by position (in the order of the tables below), notifications (answered
with 204), batches of up to {BATCH_LIMIT}, whose calls run one after the other. Once their answers have {BATCH_BYTES}
bytes together, the rest of a batch is refused with `batch-full` and not run; no answer has more than {ANSWER_BYTES}
bytes. A request is at most {DEFAULTS.body_bytes}
bytes, and its JSON at most {JSON_DEPTH} levels deep; these and the other limits are settings, see
[operations.md](operations.md#limits). NaN, Infinity and lone surrogates are no JSON.
Unknown params are errors; there is no param that says who calls.

```
curl --unix-socket ~/hero/var/sockets/hero_assistance/rpc.sock http://x/rpc \\
     -d '{{"jsonrpc":"2.0","id":1,"method":"ticket.create","params":{{"title":"VPN","body":"It is down."}}}}'
```

Lists come in pages. `next_cursor` (in some methods `next_after` or `next_before`) asks for the next one, with the other
params as they were; it is null at the end. A page has at most `limit` rows and {PAGE_BYTES} bytes of them, so that it
may be shorter than `limit` in the middle of a list.

Times are integers: milliseconds since 1970 in UTC. A client ignores fields that it does not know.

## Orders

`ticket.list` has two orders, and each promises something else. `activity`, the newest first, is for screens: a ticket
that changes between two pages moves to the front and may be in no page; the events after the first page's `seq` have
it. `id`, the oldest first, is for programs that read everything: each ticket that is in the list from the first page to
the last is in one of them and in no other; what is filed meanwhile comes at the end. A cursor is of the order that it
came from.

A thread is in the order of its messages' `created_at`, and of `message_id` where that is the same. The text of a ticket
that was merged into another one has the time at which that ticket was filed.

## Filters

`ticket.list` and saved views take a filter, such as `status:open assignee:me -tag:vpn after:2026-01-01`;
`search.tickets` takes words as well. The terms
are separated by spaces, and a ticket must fit all of them; a minus turns a term around. A value with spaces is put in
quotes, `tag:"two words"`, in which `\\"` is a quote.

| term | a ticket that |
|---|---|
| `status:` | has this status; two of them ask for either |
| `priority:` | has this priority; two of them ask for either |
| `assignee:` | is assigned to this agent, or to `me`; two of them ask for either |
| `customer:` | was filed by this person, or by `me`; two of them ask for either |
| `tag:` | has this tag; two of them ask for both |
| `is:` | is `unassigned`, `active` (new, open or waiting), `done` (solved or closed) or `merged` |
| `is:overdue` | was promised a first answer for a time that is past, and was not given one |
| `before:2026-01-31` | was filed before that day began in the call's `time_zone`, else the caller's own, else UTC |
| `after:2026-01-31` | was filed on that day or later |
| `word` | has this word in its title, its text, a message, a name or, for agents, a tag; in any case and accents |
| `"two words"` | has these words after each other |
| `word*` | has a word that begins so |

A customer's filter by tag, assignee or `is:unassigned` is refused unless the project shares these, and one by
`is:overdue` always: the answer would tell what is the team's.

Of a thread with more than {DOCUMENT_LIMIT // 1024} Ki characters, the newest messages are searched. What is in no word,
such as `!?`, is not looked at.

## Placeholders

Canned replies, and the texts of macros, have placeholders, which are filled in for a ticket and for the agent who uses
them. Unknown ones are refused when the text is saved.

| placeholder | what is written |
|---|---|
| `{{{{customer.name}}}}` | the name of the ticket's customer |
| `{{{{customer.first_name}}}}` | its first word; nothing while the customer has no name but an id or an address |
| `{{{{agent.name}}}}`, `{{{{agent.first_name}}}}` | the same of the agent |
| `{{{{agent.signature}}}}` | what the agent has set by `user.update_me` |
| `{{{{ticket.id}}}}`, `{{{{ticket.number}}}}` | the ticket's number |
| `{{{{ticket.title}}}}` | its title |
| `{{{{ticket.link}}}}` | where users open it; an admin sets the address of the pages by `project.update` |

What follows a bar is written where there is nothing to fill in: `{{{{customer.first_name|there}}}}`. A backslash before
braces leaves them as they are: `\\{{{{ .Values.x }}}}` is sent as `{{{{ .Values.x }}}}`; before a placeholder, two
backslashes are one.

## Who is calling

| listener | `--auth-mode=hero` | `--auth-mode=dev` |
|---|---|---|
| Unix socket | `X-Hero-User`, required; a new name is a customer | `X-Dev-User`; without it, the admin |
| TCP, this machine | no caller is known | as on the Unix socket |
| TCP, overlay | no caller is known | no caller is known |
"""

_FILES = f"""\
## Files

`POST /attachments?name=trace.txt` takes a file as its body, of at most \
{ProjectSettings().attachment_bytes // 1024**2} MiB unless the project has set another limit, and answers
201 with an [Attachment](wire/types.md#attachment) when it is on the disk. Only its uploader sees it until
`message.reply`, `message.note` or `ticket.create` name it in `attachments`; after that everybody who sees the
message or the ticket.
What nothing has named after {UNUSED_FOR.days * 24} hours is deleted. One person may have {UNUSED_LIMIT} such files.
What is beyond a [quota](operations.md#what-admins-set) is refused with 507 and `quota-full`, what comes too often with
429, `too-often` and `Retry-After`, and every file with 503 and `disk-full` while the disk has no more than its reserve.

`type` is what the content says: neither the name nor a header is believed, and HTML and SVG are `text/plain`.

`GET /attachments/ID` answers with the bytes: `{"`, `".join(sorted(PICTURES))}` inline, anything
else as a download, all with `X-Content-Type-Options: nosniff` and `Content-Security-Policy: {POLICY}`. `HEAD`,
`If-None-Match`, `If-Range` and one `Range` of bytes (`0-99`, `100-`, `-100`) work; several ranges at once get 416.

```
curl --unix-socket ~/hero/var/sockets/hero_assistance/rpc.sock 'http://x/attachments?name=trace.txt' \\
     -H 'Content-Type: application/octet-stream' --data-binary @trace.txt
```
"""

_EVENTS = f"""\
## Events

`GET /events` streams server-sent events to a caller for as long as both live. Agents are told everything of every
ticket; a customer of the tickets that are theirs or that they collaborate on, and never of a note. The ticket in an
event is as its reader may see it.

* `id:` is the event's number. `Last-Event-ID: N`, or `?since=N`, continues after it, without a gap or a duplicate;
  the header wins. With neither, the stream starts now, and its first lines say where now is.
* Snapshots (`ticket.list`, `message.list`) carry `seq`, the number of the last event that is in them: apply what
  comes after it, and the snapshot is what it would be if it were fetched again. A list shows of a ticket what the
  ticket of an event has as well, without its text and files; each page of a thread is a snapshot of its own.
  Applying is: set the `ticket` by its id, set the `message` by its id, set a record by its own, forget what a `removed`
  record names. After `ticket.shown`, `ticket.merged` and `ticket.split`, fetch the thread of the event's ticket again;
  after `draft.saved`, the draft (null: it is gone).
* A `user` record carries a name: show it on that person's tickets and messages too. A customer keeps in the list of
  people agents and themselves. Whose own role is another fetches a snapshot.
* `event: connected` is the first event of a stream: the stream's name, for `presence.beat`, and who is present at the
  tickets that its reader sees ([Connected](wire/types.md#connected)). `event: presence` says what one user does at one
  ticket from now on ([PresenceChange](wire/types.md#presencechange)); after `ticket.hidden`, forget who is there.
  Neither has a number, and none is sent again: `connected` says it all again. Somebody is gone as soon as their
  stream ends, they are at another ticket, or {LEASE_S:.0f} s after their last beat.
* `event: ping` comes after {PING_S:.0f} s without anything else; a client that hears nothing for 2.5 times as long
  connects again.
* `event: reset` says that the number asked for is unknown here: fetch a snapshot; events go on after the
  reset's `seq`.
* `event: counts` is for agents: the numbers of their views, when they have changed and when a stream begins, a few
  times a second at most. It has no `id:` and is not replayed.
* The stream of a user who is deactivated ends; who asks again gets `403` and an error with the reason `deactivated`.
  After `401` or `403` a client stops: asking again does not change the answer.
* A reader that falls {QUEUE_LIMIT} events behind is disconnected; it comes back with `Last-Event-ID` and misses
  nothing.

```
curl -N --unix-socket ~/hero/var/sockets/hero_assistance/events.sock http://x/events -H 'Last-Event-ID: 0'
```
"""


async def openrpc_document() -> dict[str, Any]:
    """The document of a server on an empty database."""
    with TemporaryDirectory() as folder:
        opened = open_store(Path(folder), clock=lambda: datetime.now(UTC), publish=lambda _event: None)
        async with opened as store:
            return build_methods(Desk(store, Hub(), Directory([]), AuthMode.HERO))[1]


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
        _INTRODUCTION,
        "## Methods\n\n" + _table(["namespace", "methods"], rows),
        "The fields of params and results are in [types](wire/types.md).\n",
        _SCENE + "\n" + _lines(_calls(SCENE)),
        _FILES,
        _EVENTS + "\n" + _table(["`event:`", "audience", "`message`", "`record`"], _event_rows(document)),
        "## Errors\n\n" + _ERRORS + "\n" + _table(["code", "reason", "HTTP", "meaning", "what to do"], _error_rows()),
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


_SCENE = """\
The examples are of a project with Alice (admin), Bob (agent), Carol and Dave (customers), in which this has been said;
`-->` is what a caller sends, without `jsonrpc` and `id`, `<--` the `result`. The tests make every one of them.
"""

_ERRORS = """\
An error has `code`, `message` (one line for a person) and `data`: `reason`, often a `hint`, and for wrong params
`faults`, one text for each. A `conflict` about a merged ticket has `merged_into`, the number of the ticket where it
goes on. Where waiting helps there is `retry_after`, in seconds. HTTP answers 200 to a call; the HTTP status below is
for what is not a call: a refused stream, a body that is too large.
"""


def _event_rows(document: dict[str, Any]) -> Iterator[list[str]]:
    for event in document["x-events"]:
        yield [f"`{event['name']}`", event["audience"], event["message"], event["record"]]


def _method(method: dict[str, Any]) -> Iterator[str]:
    yield f"## `{method['name']}`\n"
    yield f"{method['summary']}\n"
    yield f"Callers: {_callers(method)}. Result: {_type(method['result']['schema'])}.\n"
    if method["params"]:
        rows = (
            [f"`{p['name']}`", _required(p), _type(p["schema"]), p["schema"].get("description", "")]
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


def _required(param: dict[str, Any]) -> str:
    if param["required"]:
        return "required"
    default = param["schema"].get("default")
    return "" if default is None else f"default `{json.dumps(default)}`"


def _types(schemas: dict[str, Any]) -> Iterator[str]:
    streamed = (Connected, Counts, Event, PresenceChange, Reset)
    known = {**schemas, **{name: schema for model in streamed for name, schema in _described(model).items()}}
    for name, schema in sorted(known.items()):
        yield f"## {name}\n"
        yield f"{schema.get('description', '')}\n"
        if "enum" in schema:
            yield "One of " + ", ".join(f"`{value}`" for value in schema["enum"]) + ".\n"
        else:
            fields = schema["properties"].items()
            yield _table(["field", "type"], ([f"`{field}`", _type(value)] for field, value in fields))


def _described(model: type[Wire]) -> dict[str, Any]:
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

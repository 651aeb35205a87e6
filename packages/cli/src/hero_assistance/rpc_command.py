"""Calls methods of the running server from a shell: the caller, and what a word of the command line means."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hero_assistance_sdk.errors import HeroError, UsageError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import CALL_TIMEOUT_S, RpcClient
from hero_assistance_sdk.rpc.errors import CODES, MethodNotFound, RpcFailure

# A server that runs answers in a few milliseconds; a press of Tab does not wait for one that does not.
COMPLETION_TIMEOUT_S = 0.5
_LONGEST_QUOTE = 80


@dataclass(frozen=True, slots=True)
class Method:
    """One method, as the document of the running server describes it."""

    name: str
    summary: str
    params: dict[str, dict[str, Any]]


class Document:
    """What the running server says of its methods."""

    def __init__(self, openrpc: dict[str, Any]) -> None:
        self._schemas: dict[str, Any] = openrpc["components"]["schemas"]
        self.methods = {
            found["name"]: Method(
                found["name"],
                found.get("summary", ""),
                {param["name"]: self.resolve(param["schema"]) for param in found["params"]},
            )
            for found in openrpc["methods"]
        }

    def resolve(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The schema that a reference leads to."""
        reference = schema.get("$ref")
        found: dict[str, Any] = self._schemas[reference.rsplit("/", 1)[1]] if reference else schema
        return found

    def find_method(self, name: str) -> Method:
        """The method of this name; raises `UsageError` with names like it."""
        if name not in self.methods:
            raise UsageError(f"there is no method {name!r}", hint=suggest_names(name, self.methods))
        return self.methods[name]

    def parse_params(self, method: Method, words: Sequence[str]) -> dict[str, Any]:
        """The params that words of the form KEY=VALUE and KEY:=JSON mean; raises `UsageError`."""
        given: dict[str, Any] = {}
        for word in words:
            key, separator, value = word.partition("=")
            if not separator:
                raise UsageError(f"{word!r} is not KEY=VALUE", hint="KEY=VALUE by the param's type, or KEY:=JSON")
            is_json = key.endswith(":")
            key = key.removesuffix(":")
            if key not in method.params:
                raise UsageError(f"{method.name} has no param {key!r}", hint=suggest_names(key, method.params))
            given[key] = require_json(key, value) if is_json else self._read_value(key, value, method.params[key])
        return given

    def _read_value(self, key: str, value: str, schema: dict[str, Any]) -> Any:
        """JSON of the param's type as what it means; of anything else a text or a list, where the param is one."""
        kinds = self._kinds(schema)
        found = parse_json(value)
        # A text is taken as it stands: quotes that somebody wrote belong to it.
        if not isinstance(found, (str, NotJson)) and self._fits(found, kinds):
            return found
        if "string" in kinds:
            return read_text_word(value)
        if "array" in kinds:
            return self._read_list(key, value, self._items(kinds))
        found = require_json(key, value)
        if kinds and not self._fits(found, kinds):
            raise UsageError(f"{key} is {' or '.join(kinds)}, not {_quote(value)}")
        return found

    def _read_list(self, key: str, value: str, items: dict[str, Any]) -> list[Any]:
        if value.lstrip().startswith("[") and value.rstrip().endswith("]"):
            # Split at its commas it would become items that begin and end with brackets.
            wanted = " or ".join(self._kinds(items)) or "anything"
            hint = f'write {key}=a,b, or JSON in single quotes, as in \'{key}=["a","b"]\''
            raise UsageError(f"{key} is a list of {wanted}, not {_quote(value)}", hint=hint)
        return [self._read_value(key, item, items) for item in value.split(",")] if value else []

    def _fits(self, value: Any, kinds: dict[str, dict[str, Any]]) -> bool:
        """Whether a value has one of the types, and the items of a list those of the list."""
        if isinstance(value, list) and "array" in kinds:
            items = self._kinds(self._items(kinds))
            return not items or all(self._fits(item, items) for item in value)
        return any(_is(kind, value) for kind in kinds)

    def _items(self, kinds: dict[str, dict[str, Any]]) -> dict[str, Any]:
        return self.resolve(kinds["array"].get("items", {}))

    def _kinds(self, schema: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The types that a value may have, each with its schema."""
        options = [self.resolve(option) for option in schema.get("anyOf", [schema])]
        return {option["type"]: option for option in options if "type" in option}


_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
    "array": list,
    "object": dict,
}


def _is(kind: str, value: Any) -> bool:
    return isinstance(value, _TYPES.get(kind, object)) and (kind == "boolean" or not isinstance(value, bool))


@dataclass(frozen=True, slots=True)
class NotJson:
    """Why a text is not JSON."""

    detail: str


def parse_json(value: str) -> Any:
    """What a text means as JSON, or `NotJson`; NaN and Infinity, which Python reads and JSON has not, are none."""
    try:
        found = json.loads(value)
        json.dumps(found, allow_nan=False)
    except json.JSONDecodeError as error:
        return NotJson(f"{error.msg} at character {error.pos + 1}")
    except (ValueError, RecursionError):
        return NotJson("it has a number or a depth that JSON does not allow")
    return found


def _quote(value: str) -> str:
    """A value in quotes, short enough for a message."""
    return repr(value if len(value) <= _LONGEST_QUOTE else f"{value[:_LONGEST_QUOTE]}...")


def require_json(key: str, value: str) -> Any:
    """A value that has to be JSON; raises `UsageError`."""
    found = parse_json(value)
    if isinstance(found, NotJson):
        hint = f"{found.detail}; a text is {key}=TEXT, or {key}:='\"TEXT\"' in single quotes"
        raise UsageError(f"{key} is not JSON: {_quote(value)}", hint=hint)
    return found


def read_text_word(value: str) -> str:
    """The text that a word means: `-` is standard input, `@FILE` a file, `@@` an @; raises `UsageError`."""
    if value == "-":
        return sys.stdin.read()
    if value.startswith("@@"):
        return value[1:]
    if not value.startswith("@"):
        return value
    try:
        return Path(value[1:]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {value[1:]}", hint=str(error)) from None


def suggest_names(name: str, known: Sequence[str] | dict[str, Any]) -> str:
    """A hint at what may have been meant."""
    import difflib

    near = difflib.get_close_matches(name, known, n=3, cutoff=0.5)
    return f"did you mean {', '.join(near)}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"


def operator_headers() -> dict[bytes, bytes]:
    """The headers of a call by the OS user who owns the desk's data."""
    return {b"x-hero-operator": b"1"}


def _user_headers(user: str | None) -> dict[bytes, bytes]:
    if user is not None and not user.isprintable():
        raise UsageError(f"{user!r} is not a user's name")
    # Each mode believes one of the two and does not look at the other.
    return {} if user is None else {b"x-dev-user": user.encode(), b"x-hero-user": user.encode()}


class Server:
    """The ticket server of this machine, called as one user, or as the operator where no user is named."""

    def __init__(self, user: str | None, timeout_s: float = CALL_TIMEOUT_S, *, operator: bool = False) -> None:
        headers = operator_headers() if operator and user is None else _user_headers(user)
        self._client = RpcClient(Paths.from_environ().socket("rpc"), headers=headers, timeout_s=timeout_s)

    @classmethod
    def as_operator(cls) -> Server:
        """The server, called by the OS user who owns its data."""
        return cls(None, operator=True)

    def fetch_document(self) -> Document:
        """What the server says of its methods; raises `Unreachable`."""
        return Document(self._client.get("/openrpc.json"))

    def call(self, method: str, **params: Any) -> Any:
        """The result of a method; raises `RpcFailure` with its faults as lines, or `Unreachable`."""
        try:
            return self._client.call(method, **params)
        except RpcFailure as error:
            self._explain(error)
            if error.code == CODES[MethodNotFound]:
                error.hint = suggest_names(method, self.fetch_document().methods)
            raise

    def _explain(self, error: RpcFailure) -> None:
        """Add to an error what helps at a shell."""
        faults = error.data.get("faults")
        error.log_lines = tuple(map(str, faults)) if isinstance(faults, list) else ()
        if error.remote_reason == "unauthenticated" and error.hint is None:
            error.hint = "say who calls with --as USER"

    def call_with_words(self, name: str, words: Sequence[str]) -> Any:
        """The result of a method with the params that words mean; raises `UsageError` for a wrong name or word."""
        if words:
            document = self.fetch_document()
            return self.call(name, **document.parse_params(document.find_method(name), words))
        try:
            return self._client.call(name)
        except RpcFailure as error:
            if error.code == CODES[MethodNotFound]:
                self.fetch_document().find_method(name)
            self._explain(error)
            raise

    def __enter__(self) -> Server:
        self._client.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._client.__exit__(*error)


def list_known_methods() -> dict[str, Method]:
    """The methods of the running server, for completion; none, and no error, when there is no server."""
    try:
        with Server(None, timeout_s=COMPLETION_TIMEOUT_S) as server:
            return server.fetch_document().methods
    except HeroError:
        return {}

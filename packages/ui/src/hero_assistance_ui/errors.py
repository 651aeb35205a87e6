"""Answers a request that failed before the ticket server answered it, and says in plain words what failed.

Errors are written for programs and for operators: names of methods, settings and commands are of no use to others. What
is shown to them has none of these; the page's script has the same rule, in `ui/plain_problem.ts`.
"""

from __future__ import annotations

import re
from typing import Any

from starlette.responses import JSONResponse, Response

from hero_assistance_httpd.rpc_endpoint import retry_headers
from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unavailable, Unreachable
from hero_assistance_sdk.rpc.errors import CODES, TRANSLATIONS, InternalError, RpcFailure, failure, http_status
from hero_assistance_ui.preferences.languages import t

_INSIDE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"hero_assistance|hero_proc|buildenv|\bnox\b",
        # `project.update`, `rpc.sock`, an address of a host; and `page_address`, `OIDC_ISSUER`.
        r"\w\.\w",
        r"\w_\w",
        # `--as USER`, `/var/lib`, `{"entries": []}`, `[::1]:9770` and what is quoted as code.
        r"(^|\s)-{1,2}[a-z]|(^|[\s(])/\w|[`{}\[\]<>=]",
        r"\b(logs?|shell|sockets?|database|operators?|supervisor|secrets?|settings?|params?|headers?|json|method|document)\b",
        r"\b(dev mode|source tree|ticket server|release|backup|traceback|client token|protocol|http|tcp|tls)\b",
        r"\b(mycelium|tun|getent|disk|event stream|localhost|imaps|ip address|batch|bind)\b|: (true|false)\b",
    )
)
# Whose address it is knows it, as that of who signs in.
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LATER = t("Please try again in a minute.")
_BROKEN = (t("The support desk has a problem"), _LATER)
_AWAY = (t("The support desk cannot be reached"), _LATER)
_CODES: dict[int, tuple[str, str]] = {
    CODES[InternalError]: _BROKEN,
    CODES[ProtocolViolation]: _BROKEN,
    CODES[Unreachable]: _AWAY,
    CODES[Unavailable]: (t("The support desk cannot do that now"), _LATER),
}


def failure_response(error: HeroError, request_id: Any = None) -> Response:
    """Return the answer: the status of the error's kind, and a JSON-RPC error object."""
    headers = {"cache-control": "no-store", **retry_headers(error)}
    return JSONResponse(failure(error, request_id), status_code=status_of(error), headers=headers)


def status_of(error: HeroError) -> int:
    """Return the HTTP status of an error; one that the ticket server answered with has that of its kind there."""
    if isinstance(error, RpcFailure):
        return next((row.http_status for row in TRANSLATIONS.values() if row.code == error.code), 502)
    return http_status(error)


def is_plain(sentence: str) -> bool:
    """Return whether a sentence says nothing that is only of use to who runs the desk."""
    said = _ADDRESS.sub("address", sentence)
    return not any(pattern.search(said) for pattern in _INSIDE)


def plain_words(error: HeroError) -> tuple[str, str]:
    """Return what to say of a failure, and what to do about it, which may be empty."""
    own, its_hint = _own_words(error)
    hint = error.hint or ""
    return error.message if is_plain(error.message) else own, hint if hint and is_plain(hint) else its_hint


def _own_words(error: HeroError) -> tuple[str, str]:
    code = error.code if isinstance(error, RpcFailure) else CODES.get(type(error), 0)
    return _CODES.get(code, (t("That did not work"), ""))

"""The page: one HTML document that holds its style, and its configuration as JSON.

The style stands in the document so that the first words are drawn without waiting for another request; the policy
names it by its hash.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import lru_cache
from html import escape
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SettingsReader, Source, Theme
from hero_assistance_ui.assets import Assets, Encoding, choose_encoding
from hero_assistance_ui.identity import BrowserIdentity
from hero_assistance_ui.prefix import prefix_of
from hero_assistance_ui.projects import ShownProject
from hero_assistance_ui.relays.desk_name import DeskName
from hero_assistance_ui.trust import Trust

# The browser's own bars, in the colour of the page's head (`--bar` in base.css).
BAR_COLOURS = {Theme.DARK: "#10151c", Theme.LIGHT: "#ffffff"}


# What the access list does, on every page that came over TCP.
_BAR = '<aside class="access" aria-label="Who may open this page" data-access="{kind}"><p>{text}</p></aside>\n'
_CLOSED = "Only listed addresses may open this page."
_OPEN = "Everyone who can reach this address may open this page: {why}."


class PageDocument:
    """Writes the document for a request; what the operator set and the prefix may differ from one to the next."""

    def __init__(
        self,
        projects: Sequence[ShownProject],
        assets: Assets,
        identity: BrowserIdentity,
        reader: SettingsReader | None,
        desk_name: DeskName,
    ) -> None:
        first = assets.first
        self._projects = projects
        self._desk_name = desk_name
        self._identity = identity
        self._trust = identity.trust
        self._reader = reader
        self._policy = _policy(first.style)
        self._template = Template((files("hero_assistance_ui") / "page.html").read_text("utf-8"))
        self._fixed = asdict(first)

    async def __call__(self, request: Request) -> Response:
        """Answer `GET /`, and the addresses of views that are known outside of the page."""
        settings = self._reader.settings if self._reader else DaemonSettings()
        name = await self._desk_name.read()
        document = self._template.substitute(
            self._fixed,
            base=_base(request, self._trust),
            desk=escape(name),
            configuration=_script_json(self._configuration(request, name)),
            theme=settings.theme.value,
            colour=BAR_COLOURS[settings.theme],
            access=_access_bar(settings) if self._reader and self._trust is Trust.TCP else "",
        )
        headers = {"content-security-policy": self._policy, "cache-control": "no-cache", "vary": "accept-encoding"}
        accepted = request.headers.get("accept-encoding", "")
        if choose_encoding(accepted, {Encoding.GZIP: b""}) is not Encoding.GZIP:
            return HTMLResponse(document, headers=headers)
        return HTMLResponse(_compress(document), headers={**headers, "content-encoding": Encoding.GZIP.value})

    def _configuration(self, request: Request, desk_name: str) -> dict[str, object]:
        """Return what the page's script is told."""
        return {
            "name": desk_name,
            # The desk of this machine is shown by its own name, a foreign project by its address.
            "projects": [
                {"id": project.id, "name": project.name if project.is_foreign else desk_name}
                for project in self._projects
            ],
            "isForeign": not self._identity.is_local,
            # Checked event by event, even of one project alone; that of this machine's server is passed on as it is.
            "sharesStream": len(self._projects) > 1 or any(project.is_foreign for project in self._projects),
            "hasPicker": self._identity.is_dev,
            "signsIn": self._identity.offers_sign_in(request),
        }


# One operator, one prefix and one listener give one document.
@lru_cache(maxsize=16)
def _compress(document: str) -> bytes:
    return gzip.compress(document.encode(), mtime=0)


def _access_bar(settings: DaemonSettings) -> str:
    """Return the bar of the access list: red while every address may enter, green when only those on the list may."""
    if settings.access.is_enforced or settings.is_closed:
        return _BAR.format(kind="enforced", text=_CLOSED)
    why = "ADMIN_SECRETS is not set"
    if settings.supervisor is Source.DEFAULT:
        why = "no supervisor could be asked who may"
    elif settings.access.invalid:
        why = "ADMIN_SECRETS names no valid address"
    return _BAR.format(kind="open", text=_OPEN.format(why=why))


def _policy(style: str) -> str:
    """Everything comes from this address; the style is the one part that stands in the document, named by its hash."""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src {style_source(style)}",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "frame-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )


def style_source(style: str) -> str:
    """Return how a policy names the one style that stands in a document."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"'sha256-{digest}'"


def _script_json(value: object) -> str:
    """Return JSON that cannot end the script element that holds it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _base(request: Request, trust: Trust) -> str:
    """Return the base of relative URLs, for a page that was opened below a prefix without its last slash."""
    prefix = prefix_of(request, trust)
    return f'<base href="{prefix}/">\n' if prefix else ""

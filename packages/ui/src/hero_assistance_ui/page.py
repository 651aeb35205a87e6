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

from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SettingsReader, Source
from hero_assistance_sdk.net.embedders import Embedders
from hero_assistance_ui.assets import Assets, Encoding, choose_encoding
from hero_assistance_ui.identity import BrowserIdentity
from hero_assistance_ui.preferences.languages import Language, t
from hero_assistance_ui.preferences.theme import choose_theme, theme_fields
from hero_assistance_ui.prefix import prefix_of
from hero_assistance_ui.projects import ShownProject
from hero_assistance_ui.relays.desk_name import DeskName
from hero_assistance_ui.trust import Trust

_NOSCRIPT = t("This page needs JavaScript. Nothing is loaded from anywhere but this address.")
# Every part of a document that may differ from browser to browser.
_VARY = "accept-encoding, accept-language, cookie"
# The name by which the page's script makes addresses of scripts (`realtime/worker/worker_access.ts`).
TRUSTED_TYPES_POLICY = "hero_assistance"


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
        self._style_source = style_source(first.style)
        self._template = Template((files("hero_assistance_ui") / "page.html").read_text("utf-8"))
        self._languages = assets.languages
        self._fixed = asdict(first)
        self._worker = first.worker

    async def __call__(self, request: Request) -> Response:
        """Answer `GET /`, and the addresses of views that are known outside of the page."""
        settings = self._reader.settings if self._reader else DaemonSettings()
        name = await self._desk_name.read()
        language = self._languages.choose(request)
        document = self._template.substitute(
            self._fixed | theme_fields(choose_theme(request, settings.theme)) | language_fields(language),
            base=_base(request, self._trust),
            desk=escape(name),
            configuration=_script_json(self._configuration(request, name, settings)),
            noscript=escape(language.translate(_NOSCRIPT)),
        )
        policy = _policy(self._style_source, settings.embedders)
        headers = {"content-security-policy": policy, "cache-control": "no-cache", "vary": _VARY}
        accepted = request.headers.get("accept-encoding", "")
        if choose_encoding(accepted, {Encoding.GZIP: b""}) is not Encoding.GZIP:
            return HTMLResponse(document, headers=headers)
        return HTMLResponse(_compress(document), headers={**headers, "content-encoding": Encoding.GZIP.value})

    def _configuration(self, request: Request, desk_name: str, settings: DaemonSettings) -> dict[str, object]:
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
            # Who may open what came over TCP: the page tells admins.
            "access": _access_of(settings) if self._reader and self._trust is Trust.TCP else None,
            "worker": f"static/{self._worker}",
            # Whose messages the page takes while it is shown in a frame of theirs.
            "embedders": settings.embedders.origins,
        }


def language_fields(language: Language) -> dict[str, str]:
    """Return what the templates say of a language; its words are loaded before the page's own script."""
    script = f'<script type="module" src="static/{language.script}"></script>\n' if language.script else ""
    return {"language": language.tag, "direction": language.direction, "words": script}


# One operator, one prefix, one listener, one language and one theme give one document.
@lru_cache(maxsize=48)
def _compress(document: str) -> bytes:
    return gzip.compress(document.encode(), mtime=0)


def _access_of(settings: DaemonSettings) -> str:
    """Return what the access list does: it is `enforced`, or every address may enter, and why."""
    if settings.access.is_enforced or settings.is_closed:
        return "enforced"
    if settings.supervisor is Source.DEFAULT:
        return "unread"
    return "invalid" if settings.access.invalid else "unset"


def _policy(style: str, embedders: Embedders) -> str:
    """Return the policy: everything comes from this address, and one style stands in the document, named by its hash.

    What becomes a script has to come from the one policy of Trusted Types that the page has.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src {style}",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "frame-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            f"trusted-types {TRUSTED_TYPES_POLICY}",
            embedders.frame_ancestors,
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

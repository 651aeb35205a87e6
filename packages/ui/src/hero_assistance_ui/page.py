"""The page: one HTML document whose configuration and import map stand in it as JSON."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from hero_assistance_sdk.hero_proc.settings import DaemonSettings, SettingsReader, Source, Theme
from hero_assistance_ui.assets import Assets
from hero_assistance_ui.identity import Identity, Trust
from hero_assistance_ui.projects import Project

_IMPORTS = {
    "preact": "vendor/preact.mjs",
    "preact/hooks": "vendor/preact-hooks.mjs",
    "@preact/signals": "vendor/signals.mjs",
    "@preact/signals-core": "vendor/signals-core.mjs",
    "htm": "vendor/htm.mjs",
}
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+")


# The browser's own bars, in the colour of the page's head (`--bar` in base.css).
_BAR_COLOURS = {Theme.DARK: "#10151c", Theme.LIGHT: "#ffffff"}


# What the gate does, said on every page that came through it.
_BAR = '<aside class="access" aria-label="Who may open this page" data-access="{kind}"><p>{text}</p></aside>\n'
_CLOSED = "Only listed addresses may open this page."
_OPEN = "Everyone who can reach this address may open this page: {why}."


class Page:
    """Writes the document for a request; what the operator set and the prefix may differ from one to the next."""

    def __init__(
        self, projects: Sequence[Project], assets: Assets, identity: Identity, reader: SettingsReader | None
    ) -> None:
        static = f"static/{assets.digest}"
        self._trust = identity.trust
        self._reader = reader
        imports = {name: f"./{static}/{path}" for name, path in _IMPORTS.items()}
        import_map = _script_json({"imports": imports})
        self._policy = _policy(import_map)
        self._template = Template((files("hero_assistance_ui") / "page.html").read_text("utf-8"))
        self._fixed = {
            "static": static,
            "imports": import_map,
            "preloads": _preloads(static, assets),
            "configuration": _script_json(_configuration(projects, identity)),
        }

    async def __call__(self, request: Request) -> Response:
        """`GET /`."""
        settings = self._reader.settings if self._reader else DaemonSettings()
        document = self._template.substitute(
            self._fixed,
            base=_base(request, self._trust),
            theme=settings.theme.value,
            colour=_BAR_COLOURS[settings.theme],
            access=_access_bar(settings) if self._reader and self._trust is Trust.TCP else "",
        )
        headers = {"content-security-policy": self._policy, "cache-control": "no-cache"}
        return HTMLResponse(document, headers=headers)


def _access_bar(settings: DaemonSettings) -> str:
    """Red while everybody may enter, green when only those on the list may."""
    if settings.access.is_enforced:
        return _BAR.format(kind="enforced", text=_CLOSED)
    why = "ADMIN_SECRETS is not set"
    if settings.supervisor is Source.DEFAULT:
        why = "no supervisor could be asked who may"
    elif settings.access.invalid:
        why = "ADMIN_SECRETS names no valid address"
    return _BAR.format(kind="open", text=_OPEN.format(why=why))


def _configuration(projects: Sequence[Project], identity: Identity) -> dict[str, object]:
    return {
        "projects": [{"id": project.id, "name": project.name} for project in projects],
        "picker": identity.cookie if identity.is_dev else None,
        "firstUser": identity.first_user,
    }


def _preloads(static: str, assets: Assets) -> str:
    """Without these, each module is found only when the one that imports it has arrived."""
    paths = [*sorted(set(_IMPORTS.values())), *assets.paths(".js")]
    return "\n".join(f'<link rel="modulepreload" href="{static}/{html.escape(path)}">' for path in paths)


def _policy(import_map: str) -> str:
    """Everything comes from this address; the import map is the one inline script, and named by its hash."""
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'sha256-{digest}'",
            "style-src 'self'",
            "img-src 'self'",
            "font-src 'self'",
            "connect-src 'self'",
            "base-uri 'self'",
            "form-action 'none'",
            "frame-ancestors 'self'",
        )
    )


def _script_json(value: object) -> str:
    """JSON that cannot end the script element it stands in."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _base(request: Request, trust: Trust) -> str:
    """The base of relative URLs, for a page that was opened below a prefix without the slash at its end."""
    prefix = request.headers.get("x-forwarded-prefix", "").rstrip("/")
    if trust is Trust.TCP or not _PREFIX.fullmatch(prefix):
        return ""
    return f'<base href="{prefix}/">\n'

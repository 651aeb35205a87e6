"""The page: one HTML document whose configuration and import map stand in it as JSON."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Sequence
from enum import StrEnum
from importlib.resources import files
from string import Template

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

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


class Theme(StrEnum):
    """The look that the operator chose."""

    DARK = "dark"
    LIGHT = "light"


# The browser's own bars, in the colour of the page's head (`--bar` in base.css).
_BAR_COLOURS = {Theme.DARK: "#10151c", Theme.LIGHT: "#ffffff"}


class Page:
    """Writes the document for a request; everything but the prefix is the same for every request."""

    def __init__(self, projects: Sequence[Project], assets: Assets, identity: Identity, theme: Theme) -> None:
        static = f"static/{assets.digest}"
        self._trust = identity.trust
        imports = {name: f"./{static}/{path}" for name, path in _IMPORTS.items()}
        import_map = _script_json({"imports": imports})
        self._policy = _policy(import_map)
        template = Template((files("hero_assistance_ui") / "page.html").read_text("utf-8"))
        self._document = template.safe_substitute(
            theme=theme.value,
            colour=_BAR_COLOURS[theme],
            static=static,
            imports=import_map,
            preloads=_preloads(static, assets),
            configuration=_script_json(_configuration(projects, identity)),
        )

    async def __call__(self, request: Request) -> Response:
        """`GET /`."""
        document = self._document.replace("$base", _base(request, self._trust), 1)
        headers = {"content-security-policy": self._policy, "cache-control": "no-cache"}
        return HTMLResponse(document, headers=headers)


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

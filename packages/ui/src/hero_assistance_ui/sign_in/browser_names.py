"""What a session is called in the list of devices: the browser and the system, as far as the browser says."""

from __future__ import annotations

# Most browsers name others as well: the first that is found counts.
_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def describe_browser(user_agent: str) -> str:
    """Return a name such as `Firefox on Linux` for a `User-Agent` header; nothing of the header itself."""
    browser = _find(_BROWSERS, user_agent) or "A browser"
    system = _find(_SYSTEMS, user_agent)
    return f"{browser} on {system}" if system else browser


def _find(known: tuple[tuple[str, str], ...], text: str) -> str | None:
    return next((name for mark, name in known if mark in text), None)

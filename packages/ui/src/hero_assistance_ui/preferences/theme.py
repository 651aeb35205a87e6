"""How a page looks from its first paint: what the browser has chosen, else what the operator set."""

from __future__ import annotations

from starlette.requests import Request

from hero_assistance_sdk.hero_proc.settings import Theme
from hero_assistance_ui.preferences.choices import read_choice

COOKIE = "hero_theme"
# The browser's own bars, in the colour of the page's head: `--bar` of ui/colours.css.
BAR_COLOURS = {Theme.DARK: "#10151c", Theme.LIGHT: "#ffffff"}
_SCHEMES = {Theme.DARK: "dark", Theme.LIGHT: "light", Theme.SYSTEM: "light dark"}


def choose_theme(request: Request, setting: Theme) -> Theme:
    """Return the theme that a request's cookie names, else the operator's."""
    chosen = read_choice(request, COOKIE, {theme.value for theme in Theme})
    return setting if chosen is None else Theme(chosen)


def theme_fields(theme: Theme) -> dict[str, str]:
    """Return what the templates say of a theme; `system` has a colour for each scheme of the browser."""
    light, dark = (theme if theme is not Theme.SYSTEM else each for each in (Theme.LIGHT, Theme.DARK))
    return {
        "theme": theme.value,
        "scheme": _SCHEMES[theme],
        "colour_in_light": BAR_COLOURS[light],
        "colour_in_dark": BAR_COLOURS[dark],
    }

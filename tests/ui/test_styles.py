"""The styles of the page: contrast in both themes, one list of colours, and no side of the screen by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FRONTEND = Path(__file__).resolve().parents[2] / "packages" / "ui" / "frontend"
TOKENS = (FRONTEND / "ui" / "colours.css").read_text("utf-8")
STYLES = sorted(FRONTEND.rglob("*.css"))
TEXT, MARK = 4.5, 3.0

# Where people read: each text on each ground that it stands on.
GROUNDS = ("ground", "bar", "panel", "raised", "hover", "field", "chosen", "team-ground")
PAIRS = [
    *((text, ground) for text in ("text", "text-soft", "text-faint", "accent-text") for ground in GROUNDS),
    *((text, "note-ground") for text in ("text", "text-soft", "text-faint", "note-text", "accent-text")),
    *((text, "bad-ground") for text in ("text", "text-soft", "bad")),
    *(("on-accent", ground) for ground in ("accent", "accent-hover")),
    ("on-note-button", "note-button"),
    *(
        (chip, ground)
        for chip in ("chip-new", "chip-open", "chip-waiting", "chip-quiet", "chip-urgent", "chip-high")
        for ground in ("ground", "panel", "raised", "hover", "chosen")
    ),
    *((text, "panel") for text in ("good", "warm", "bad")),
]
# What is no text, and has to be seen all the same: frames of fields and buttons, the ring of the focus, dots.
MARKS = [
    *((mark, ground) for mark in ("focus", "line-strong") for ground in ("ground", "panel", "raised", "field")),
    *((mark, "bar") for mark in ("good", "warm", "bad", "focus")),
    ("note-line", "note-ground"),
]


def _colours(theme: str) -> dict[str, str]:
    """The tokens that are colours, as they are in a theme."""
    side = {"light": 1, "dark": 2}[theme]
    pattern = r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);"
    found = {match[1]: match[1 + side] for match in re.finditer(pattern, TOKENS)}
    return {**dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", TOKENS)), **found}


def _luminance(colour: str) -> float:
    """The relative luminance, as WCAG 2.2 has it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21."""
    lower, higher = sorted((_luminance(one), _luminance(other)))
    return (higher + 0.05) / (lower + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_text_can_be_read_on_every_ground(theme: str) -> None:
    colours = _colours(theme)
    low = {f"{text} on {ground}": contrast(colours[text], colours[ground]) for text, ground in PAIRS}
    assert {pair: round(value, 2) for pair, value in low.items() if value < TEXT} == {}


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_every_mark_can_be_seen(theme: str) -> None:
    colours = _colours(theme)
    low = {f"{mark} on {ground}": contrast(colours[mark], colours[ground]) for mark, ground in MARKS}
    assert {pair: round(value, 2) for pair, value in low.items() if value < MARK} == {}


@pytest.mark.parametrize(("theme", "lightness"), [("light", "--avatar-light: 34%"), ("dark", "--avatar-dark: 30%")])
def test_the_letters_of_an_avatar_can_be_read_in_every_hue(theme: str, lightness: str) -> None:
    assert lightness in TOKENS
    hues = re.findall(r"--hue: (\d+);", (FRONTEND / "ui" / "avatar.css").read_text("utf-8"))
    assert len(hues) >= 8
    text = _colours(theme)["avatar-text"]
    share = int(lightness.rpartition(" ")[2].rstrip("%")) / 100
    low = {hue: contrast(text, _from_hsl(int(hue), 0.42, share)) for hue in hues}
    assert {hue: round(value, 2) for hue, value in low.items() if value < TEXT} == {}


def _from_hsl(hue: int, saturation: float, lightness: float) -> str:
    reach = saturation * min(lightness, 1 - lightness)
    parts = []
    for offset in (0, 8, 4):
        place = (offset + hue / 30) % 12
        parts.append(lightness - reach * max(-1.0, min(place - 3, 9 - place, 1.0)))
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)


def _rules() -> Iterator[tuple[str, str]]:
    """Each line of each style, without comments, with the place where it stands."""
    for path in STYLES:
        text = re.sub(r"/\*.*?\*/", lambda match: "\n" * match[0].count("\n"), path.read_text("utf-8"), flags=re.DOTALL)
        for number, line in enumerate(text.split("\n"), 1):
            yield f"{path.relative_to(FRONTEND)}:{number}", line


def test_colours_are_in_one_list_alone() -> None:
    """A second list for one theme would leave the theme `system` without it."""
    assert [
        place for place, line in _rules() if "[data-theme=" in line and not place.startswith("ui/colours.css")
    ] == []
    assert len(re.findall(r"^:root", TOKENS, re.MULTILINE)) == 3
    assert re.findall(r'^:root\[data-theme="\w+"\] \{\n  color-scheme: [\w ]+;\n\}', TOKENS, re.MULTILINE)[1:]


# One look in every theme: the bars of the access list, the mark of the desk, mails, the shade behind a dialog.
ELSEWHERE = ("features/shell/shell.css", "features/thread/mail_mark.css", "features/keys/keys.css")


def test_no_colour_is_written_outside_of_the_list() -> None:
    written = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl)a?\((?!var)")
    apart = ("ui/colours.css", "ui/avatar.css", *ELSEWHERE)
    assert [place for place, line in _rules() if written.search(line) and not place.startswith(apart)] == []


def test_no_style_names_a_side_of_the_screen() -> None:
    """`inline-start` and `inline-end` are right where text runs from right to left."""
    physical = re.compile(
        r"(?:^|[\s;{])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)[\w-]*|left|right"
        r"|(?:text-align|float|clear): (?:left|right)|border-(?:top|bottom)-(?:left|right)-radius)\b(?=\s*:|;|\s)"
    )
    assert [f"{place} {line.strip()}" for place, line in _rules() if physical.search(line)] == []


# The shell lays features out, a message stands in a thread, and the others are about classes of every feature.
LAYERS = ("ui/touch.css", "ui/print.css", "ui/base.css", "features/shell/shell.css", "features/thread/messages.css")


def test_a_class_has_its_look_in_one_style() -> None:
    """Of two rules for one class the later one would win, in the other feature too."""
    places: dict[str, set[str]] = {}
    for place, line in _rules():
        name = place.rpartition(":")[0]
        if (match := re.fullmatch(r"(\.[\w-]+)(?:,| \{)", line)) and name not in LAYERS:
            places.setdefault(match[1], set()).add(name)
    assert {selector: sorted(names) for selector, names in places.items() if len(names) > 1} == {}

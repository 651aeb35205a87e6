"""What the operator set stands in the page as it is sent: nothing is decided later, so nothing flashes."""

from __future__ import annotations

import re
from collections.abc import Iterator

import httpx2
import pytest

from hero_assistance_sdk.paths import Paths
from tests.trust.harness import Supervised
from tests.ui.daemons import Desk, desk, eventually, http


@pytest.fixture
def page(paths: Paths, hero_env: dict[str, str]) -> Iterator[Desk]:
    """A desk whose daemons the test starts."""
    with desk(paths.root, hero_env) as made:
        yield made


def _looks(document: str) -> tuple[str, str, str]:
    """Root element, colour scheme of the canvas, and colour of the browser's bars: what a first paint uses."""
    found = [
        re.search(pattern, document)
        for pattern in (
            r'<html lang="en" data-theme="(\w+)">',
            r'<meta name="color-scheme" content="(\w+)">',
            r'<meta name="theme-color" content="(#\w+)">',
        )
    ]
    return tuple(match[1] if match else "" for match in found)  # type: ignore[return-value]


DARK, LIGHT = ("dark", "dark", "#10151c"), ("light", "light", "#ffffff")


@pytest.mark.parametrize(("theme", "look"), [(None, DARK), ("light", LIGHT), ("dark", DARK), ("pink", DARK)])
def test_the_first_bytes_say_how_it_looks(
    page: Desk, embedded: Supervised, theme: str | None, look: tuple[str, str, str]
) -> None:
    embedded.start()
    if theme is not None:
        embedded.set("THEME", theme)
    page.start_ui()
    with http(page.paths.socket("ui")) as client:
        document = client.get("/").text
    assert _looks(document) == look
    assert document.index("color-scheme") < document.index("<style>") < document.index("<body")


def test_a_changed_theme_shows_at_the_next_load(page: Desk, embedded: Supervised) -> None:
    page.start_ui()
    with http(page.paths.socket("ui")) as client:
        before = client.get("/")
        assert _looks(before.text) == DARK
        assert before.headers["cache-control"] == "no-cache"
        embedded.start()
        embedded.set("THEME", "light")
        eventually(lambda: _looks(client.get("/").text) == LIGHT, "the page is light", 60.0)


@pytest.mark.parametrize(
    ("secret", "kind", "said"),
    [
        (None, "open", "ADMIN_SECRETS is not set"),
        ("junk", "open", "ADMIN_SECRETS names no valid address"),
        ("127.0.0.0/8", "enforced", "Only listed addresses"),
    ],
)
def test_the_bar_says_who_may_enter(page: Desk, embedded: Supervised, secret: str | None, kind: str, said: str) -> None:
    embedded.start()
    if secret is not None:
        embedded.set("ADMIN_SECRETS", secret)
    page.start_ui("--tcp", "127.0.0.1:0")
    document = httpx2.get(f"http://{page.tcp_of_ui()}/").text
    bar = re.search(r'<aside class="access"[^>]* data-access="(\w+)"><p>([^<]*)</p>', document)
    assert bar
    assert bar[1] == kind
    assert said in bar[2]


def test_without_a_supervisor_the_bar_says_so(page: Desk) -> None:
    page.start_ui("--tcp", "127.0.0.1:0")
    assert "no supervisor could be asked" in httpx2.get(f"http://{page.tcp_of_ui()}/").text


def test_a_page_that_did_not_come_through_the_gate_has_no_bar(page: Desk, embedded: Supervised) -> None:
    embedded.start()
    page.start_ui("--tcp", "127.0.0.1:0")
    with http(page.paths.socket("ui")) as client:
        assert 'class="access"' not in client.get("/").text

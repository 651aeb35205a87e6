"""The page below a prefix that a router strips, as on a Hero OS box."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.page_object import Visitor
from tests.browser.router import PREFIX, routed
from tests.ui.daemons import Desk, desk, plain_environment


@pytest.mark.parametrize("path", [PREFIX, f"{PREFIX}/"])
def test_the_page_works_below_the_prefix_with_and_without_its_last_slash(
    served: Desk, visit: Callable[..., Visitor], path: str
) -> None:
    with routed(served.paths.socket("ui")) as router:
        carol = visit(f"{router}{path}")
        carol.live()
        carol.page.get_by_label("Demo user").select_option("carol")
        expect(carol.page.get_by_role("heading", name="Your tickets")).to_be_visible()
        carol.file("Below a prefix", "It works")
        served.call("bob", "message.reply", ticket_id=1, body="Live below it, too")
        expect(carol.message("Live below it, too")).to_be_visible()
        assert carol.page.url == f"{router}{PREFIX}/#/tickets/hero_assistance/1"
        assert not carol.was_reloaded
        carol.close()


def test_who_signed_in_at_the_edge_is_who_files(hero_root: Path, visit: Callable[..., Visitor]) -> None:
    with desk(hero_root, plain_environment(hero_root), "hero") as made:
        made.start_server()
        made.start_ui()
        with routed(made.paths.socket("ui"), user="erin") as router:
            erin = visit(f"{router}{PREFIX}/")
            erin.live()
            expect(erin.page.get_by_label("Demo user")).to_have_count(0)
            expect(erin.page.locator(".me")).to_contain_text("erin")
            erin.file("From the edge", "Hello")
            expect(erin.message("Hello")).to_contain_text("erin")
            erin.close()


def test_whom_nobody_knows_may_sign_in(hero_root: Path, visit: Callable[..., Visitor]) -> None:
    with desk(hero_root, plain_environment(hero_root), "hero") as made:
        made.start_server()
        made.start_ui("--tcp", "127.0.0.1:0")
        stranger = visit(f"http://{made.tcp_of_ui()}/")
        expect(stranger.page.get_by_role("heading", name="Sign in")).to_be_visible()
        expect(stranger.page.get_by_label("E-mail address")).to_be_visible()
        stranger.close()

"""The name of the desk: on the page, in its title and on the pages of links, before anybody is signed in."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, cast

import pytest

from hero_assistance_sdk.errors import Unreachable
from hero_assistance_ui.projects import ShownProject
from hero_assistance_ui.relays.desk_name import ASK_TIMEOUT_S, DEFAULT_NAME, FRESH_S, DeskName
from hero_assistance_ui.relays.upstream import Upstream
from tests.ui.sign_in_box import boxed

pytestmark = pytest.mark.anyio
NAME = "Repairs <script>alert(1)</script> & more"


class Asked:
    """A ticket server's side of the question; `told` is the answer, or what happens in its place."""

    project = ShownProject(id="desk", name="desk", target="127.0.0.1:1")

    def __init__(self) -> None:
        self.told: Any = {"name": "One"}
        self.count = 0
        self.now = 0.0

    def attempt(self) -> Any:
        return asyncio.timeout(60)

    async def call(self, _body: bytes, _headers: object, *, may_repeat: bool = False) -> tuple[int, bytes]:
        assert not may_repeat
        self.count += 1
        if isinstance(self.told, Exception):
            raise self.told
        if self.told == "slow":
            await asyncio.sleep(ASK_TIMEOUT_S * 10)
        return 200, json.dumps({"jsonrpc": "2.0", "id": 0, "result": self.told}).encode()


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def name(asked: Asked) -> DeskName:
    return DeskName(cast("Upstream", asked), lambda: asked.now)


async def test_it_is_asked_for_once_in_a_while(asked: Asked, name: DeskName) -> None:
    assert [await name.read() for _ in range(3)] == ["One"] * 3
    assert await asyncio.gather(*(name.read() for _ in range(5))) == ["One"] * 5
    assert asked.count == 1
    asked.told, asked.now = {"name": "Two"}, FRESH_S
    assert (await name.read(), asked.count) == ("Two", 2)


@pytest.mark.parametrize("told", [Unreachable("down"), "slow", None, {}, {"name": 1}, {"name": ""}, []])
async def test_what_is_no_name_leaves_the_last_one(asked: Asked, name: DeskName, told: Any) -> None:
    asked.told = told
    assert await name.read() == DEFAULT_NAME
    asked.told, asked.now = {"name": "One"}, FRESH_S
    assert await name.read() == "One"
    asked.told, asked.now = told, 2 * FRESH_S
    assert await name.read() == "One"


async def test_a_page_of_foreign_projects_asks_none() -> None:
    assert await DeskName(None).read() == DEFAULT_NAME


def test_it_is_on_every_page_as_text() -> None:
    with boxed() as box, box.socket() as page:
        box.begin()
        box.server.results["project.info"] = {"name": NAME, "page_address": "", "sign_in": {}}
        shown = page.get("/").text
        configuration = json.loads(re.findall(r'id="configuration">(.*?)</script>', shown)[0])
        assert (configuration["name"], configuration["projects"][0]["name"]) == (NAME, NAME)
        pages = [shown, *(page.get(path).text for path in ("/sign-in/link?token=x", "/unsubscribe?token=x"))]
        for text in pages:
            assert "Repairs &lt;script&gt;alert(1)&lt;/script&gt; &amp; more</title>" in text
            assert "<script>alert" not in text
        assert box.server.last("project.info").identity == {}

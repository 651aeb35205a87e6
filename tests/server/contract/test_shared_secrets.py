"""`SharedSecrets`: a challenge or a code that one node made counts at the other, once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from hero_assistance_sdk.errors import Forbidden
from hero_assistance_server.identity.passkeys.challenges import LIFE, SKEW, Challenges
from hero_assistance_server.identity.sign_in.code_key import CodeKey
from hero_assistance_server.identity.sign_in.links import LinkOrCode, Links
from hero_assistance_server.identity.sign_in.rules import REQUEST
from hero_assistance_server.storage.unit_of_work import Storage
from tests.server.contract.conftest import NOW
from tests.server.contract.nodes import TWO_NODES
from tests.server.contract.ticket_changes import CAROL

pytestmark = pytest.mark.anyio

EMAIL = "carol@example.org"


class Node:
    """What one server makes challenges and codes with, in a folder of its own."""

    def __init__(self, storage: Storage, folder: Path) -> None:
        self.storage = storage
        self.now = NOW
        self.challenges = Challenges(lambda: self.now, storage.nodes.secrets)
        self.links = Links(CodeKey(folder / "code.key", storage.nodes.secrets))


@pytest.fixture(params=TWO_NODES)
async def nodes(request: pytest.FixtureRequest, hero_root: Path, tmp_path: Path) -> AsyncIterator[tuple[Node, Node]]:
    async with TWO_NODES[request.param](request, hero_root) as ((one, _), (other, _)):
        await one.write(lambda work: work.users.save(CAROL, work.now))
        folders = [tmp_path / name for name in ("one", "other")]
        for folder in folders:
            folder.mkdir()
        first = Node(one, folders[0])
        yield first, first if one is other else Node(other, folders[1])


async def test_a_challenge_of_one_node_counts_once_on_both(nodes: tuple[Node, Node]) -> None:
    for one, other in (nodes, nodes[::-1]):
        challenge = one.challenges.make("p")
        await other.challenges.take(challenge, "p")
        for node in (one, other):
            with pytest.raises(Forbidden, match="used, or too old"):
                await node.challenges.take(challenge, "p")


async def test_of_two_who_answer_at_the_same_time_one_is_taken(nodes: tuple[Node, Node]) -> None:
    challenge = nodes[0].challenges.make("p")
    answers = (node.challenges.take(challenge, "p") for node in (*nodes, *nodes))
    refused = await asyncio.gather(*answers, return_exceptions=True)
    assert [type(one) for one in refused if one is not None] == [Forbidden] * 3


async def test_a_challenge_has_one_purpose_at_the_other_node(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    with pytest.raises(Forbidden, match="not made here"):
        await other.challenges.take(one.challenges.make("p"), "q")


async def test_a_node_whose_clock_is_behind_takes_what_was_just_made(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    early, too_early = one.challenges.make("p"), one.challenges.make("p")
    other.now = NOW - SKEW
    await other.challenges.take(early, "p")
    other.now = NOW - 2 * SKEW
    with pytest.raises(Forbidden, match="too old"):
        await other.challenges.take(too_early, "p")


async def test_what_was_taken_is_kept_while_it_could_come_again(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    first = one.challenges.make("p")
    await other.challenges.take(first, "p")
    one.now = other.now = NOW + LIFE / 2
    second = one.challenges.make("p")
    await one.challenges.take(second, "p")
    with pytest.raises(Forbidden, match="used, or too old"):
        await one.challenges.take(first, "p")


async def test_what_was_taken_does_not_count_again_where_the_clock_is_behind(nodes: tuple[Node, Node]) -> None:
    for behind, ahead in (nodes, nodes[::-1]):
        first = behind.challenges.make("p")
        await behind.challenges.take(first, "p")
        # This one deletes those that do not count any more.
        ahead.now = NOW + LIFE
        await ahead.challenges.take(ahead.challenges.make("p"), "p")
        behind.now = ahead.now - SKEW
        with pytest.raises(Forbidden, match="used, or too old"):
            await behind.challenges.take(first, "p")
        behind.now = ahead.now = NOW


async def test_a_code_that_was_asked_of_one_node_is_redeemed_at_the_other(nodes: tuple[Node, Node]) -> None:
    for one, other in (nodes, nodes[::-1]):
        issued = await one.storage.write(partial(one.links.issue, email=EMAIL, user=CAROL, plan=REQUEST))
        assert issued.code is not None
        proof = LinkOrCode(email=EMAIL, code=issued.code)
        assert await other.storage.write(partial(other.links.take_user, proof=proof)) == CAROL

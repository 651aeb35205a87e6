"""`project.prove`: a server proves which project it is, at its own addresses and at no other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.project.identity import AnotherProject, ProjectId, check_proof, new_challenge, project_id_of
from hero_assistance_sdk.rpc.client import RpcClient
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.project_identity.project_key import ProjectKey
from hero_assistance_server.storage.errors import DiskFull
from tests.server.desk import Desk, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def reachable(paths: Paths) -> AsyncIterator[Desk]:
    """A server that listens on TCP too."""
    async with running(paths, tcp="127.0.0.1:0") as desk:
        yield desk


async def _ask(desk: Desk, address: str, challenge: str) -> tuple[str, Any]:
    """Return the address that was asked over TCP, and its proof."""
    bound = (await desk.call("system.health"))["tcp"]

    def ask() -> Any:
        with RpcClient(bound) as client:
            return client.call("project.prove", challenge=challenge, address=address or bound)

    return bound, await asyncio.to_thread(ask)


async def test_a_proof_is_of_the_address_that_was_called(reachable: Desk) -> None:
    challenge = new_challenge()
    bound, proof = await _ask(reachable, "", challenge)
    project_id = check_proof(bound, proof, challenge, bound, None)
    assert project_id == proof["project_id"]
    assert check_proof(bound, proof, challenge, bound, project_id) == project_id


async def test_nothing_is_proved_about_another_address(reachable: Desk) -> None:
    with pytest.raises(RpcFailure, match="does not answer at that address"):
        await _ask(reachable, "192.0.2.7:9770", new_challenge())


@pytest.mark.parametrize("address", ["192.0.2.7:9770", "[2001:db8::7]:9770"])
async def test_a_named_address_of_a_proxy_is_proved(
    paths: Paths, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HERO_ASSISTANCE_HOSTS", "desk.example, 192.0.2.7:9770, [2001:DB8:0:0::7]:9770")
    async with running(paths, tcp="127.0.0.1:0") as desk:
        challenge = new_challenge()
        _bound, proof = await _ask(desk, address, challenge)
    assert check_proof("desk", proof, challenge, address, None) == proof["project_id"]


async def test_the_identity_outlives_the_server(paths: Paths) -> None:
    found = set()
    for _ in range(2):
        async with running(paths) as desk:
            proof = await desk.call("project.prove", challenge=new_challenge(), address="")
            found.add(proof["project_id"])
    assert len(found) == 1


async def test_callers_of_one_moment_meet_one_key(reachable: Desk) -> None:
    async with asyncio.TaskGroup() as group:
        asking = [
            group.create_task(reachable.call("project.prove", challenge=new_challenge(), address="")) for _ in range(8)
        ]
    assert len({task.result()["key"] for task in asking}) == 1


class FullStorage:
    """A database that has no key, and no room for one."""

    def __init__(self) -> None:
        self.offered: list[bytes] = []

    @property
    def mail_keys(self) -> FullStorage:
        return self

    def find(self, _name: str) -> None:
        """There is none."""

    def add(self, _name: str, key: bytes) -> None:
        self.offered.append(key)

    async def read(self, query: Callable[[Any], Any]) -> Any:
        return query(self)

    async def write(self, command: Callable[[Any], Any]) -> None:
        command(self)
        raise DiskFull("the disk is full")


async def test_callers_of_a_full_disk_have_one_key_made() -> None:
    storage: Any = FullStorage()
    key = ProjectKey(storage)
    for _ in range(3):
        with pytest.raises(DiskFull):
            await key.sign(b"content")
    assert len(storage.offered) == 3
    assert len(set(storage.offered)) == 1


@pytest.mark.parametrize("changed", ["challenge", "address", "signature", "key", "expected"])
async def test_a_proof_of_something_else_is_refused(reachable: Desk, changed: str) -> None:
    challenge = new_challenge()
    bound, proof = await _ask(reachable, "", challenge)
    address, expected = bound, None
    match changed:
        case "challenge":
            challenge = new_challenge()
        case "address":
            address = "192.0.2.7:9770"
        case "signature":
            proof["signature"] = proof["signature"][::-1]
        case "key":
            proof["key"] = proof["key"][::-1]
        case "expected":
            expected = ProjectId(project_id_of(b"another key"))
    with pytest.raises(AnotherProject):
        check_proof(bound, proof, challenge, address, expected)


@pytest.mark.parametrize("params", [{"challenge": "short"}, {"address": "x" * 65}, {"address": "a b"}])
async def test_params_are_bounded(reachable: Desk, params: dict[str, str]) -> None:
    given = {"challenge": new_challenge(), "address": "", **params}
    with pytest.raises(HeroError):
        await reachable.call("project.prove", **given)

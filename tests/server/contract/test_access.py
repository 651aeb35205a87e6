"""`AccessExchange`: who is let in, changed or put out at one node is so at every node."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import partial
from ipaddress import IPv6Address
from pathlib import Path
from typing import cast

import pytest
from starlette.requests import Request

from hero_assistance_sdk.wire import Millis, Role, UserId
from hero_assistance_server.erasure.model import FilePolicy
from hero_assistance_server.erasure.service import Erasures
from hero_assistance_server.identity.access import AccessAdministration
from hero_assistance_server.identity.access_changes import OwnAccess
from hero_assistance_server.identity.access_follower import AccessFollower
from hero_assistance_server.identity.authentication import (
    HERO_SESSION,
    HERO_USER,
    Authenticator,
    AuthMode,
    ListenerKind,
)
from hero_assistance_server.identity.devices.directory import find_no_key
from hero_assistance_server.identity.devices.service import REVOKED, DeviceAdministration
from hero_assistance_server.identity.last_use import load_access
from hero_assistance_server.identity.operator import OPERATOR
from hero_assistance_server.identity.permissions import Caller
from hero_assistance_server.identity.sessions.model import SignInMethod
from hero_assistance_server.identity.sessions.service import NewSession, SessionAdministration
from hero_assistance_server.identity.sign_in.code_key import CodeKey
from hero_assistance_server.identity.sign_in.letters import LetterQueue
from hero_assistance_server.identity.sign_in.links import LinkOrCode, Links
from hero_assistance_server.identity.sign_in.rates import SignInRates
from hero_assistance_server.identity.sign_in.rules import INVITATION
from hero_assistance_server.identity.sign_in.service import SignInService
from hero_assistance_server.mail.sending.folder import OutboxFolder
from hero_assistance_server.realtime.hub import Hub
from hero_assistance_server.storage.errors import StoreUnavailable
from hero_assistance_server.storage.file_storage import FileStorage
from hero_assistance_server.storage.unit_of_work import Storage, UnitOfWork
from hero_assistance_server.timestamps import millis
from hero_assistance_server.users.directory import DEMO_USERS, Directory
from hero_assistance_server.users.login_service import LoginAdministration, seed_users
from hero_assistance_server.users.model import User
from hero_assistance_server.users.service import UserAdministration
from tests.limits import NO_RATES
from tests.server.contract.conftest import NOW
from tests.server.contract.nodes import TWO_NODES
from tests.server.contract.ticket_changes import BOB, CAROL
from tests.server.desk import until

pytestmark = pytest.mark.anyio

ALICE = next(user for user in DEMO_USERS if user.user_id == "alice")
BY_ALICE = Caller(ALICE)
ADDRESS = "400::1"
# These have no codes.
LINKS = Links(CodeKey(Path("no key")))


@dataclass(slots=True)
class Node:
    """What one server has in memory, and what changes it."""

    storage: Storage
    hub: Hub
    directory: Directory
    identity: Authenticator
    sessions: SessionAdministration
    devices: DeviceAdministration

    @property
    def users(self) -> UserAdministration:
        return UserAdministration(
            self.storage, self.directory, self.hub, AccessAdministration(self.sessions, self.devices)
        )

    @property
    def logins(self) -> LoginAdministration:
        return LoginAdministration(self.storage, self.directory, self.hub)

    @property
    def sign_in_service(self) -> SignInService:
        rates, letters = SignInRates(NO_RATES), LetterQueue(lambda: None)
        return SignInService(self.storage, self.sessions, self.devices, rates, letters, LINKS)

    async def by_session(self, token: str) -> Caller:
        return await self._find_caller({HERO_SESSION: token.encode()})

    async def by_login(self, name: str) -> Caller:
        return await self._find_caller({HERO_USER: name.encode()})

    async def by_device(self, address: str = ADDRESS) -> Caller:
        return await self._find_caller({}, ListenerKind.TCP, (address, 1))

    async def by_nothing(self) -> Caller:
        return await self._find_caller({})

    async def by_operator(self) -> Caller:
        return await self._find_caller({OPERATOR: b"1"})

    async def _find_caller(
        self,
        headers: dict[bytes, bytes],
        listener: ListenerKind = ListenerKind.UNIX,
        client: tuple[str, int] | None = None,
    ) -> Caller:
        scope = {"type": "http", "headers": list(headers.items()), "client": client}
        return await self.identity.find_caller(Request(scope), listener)

    async def change(self, user: User) -> None:
        def command(work: UnitOfWork) -> None:
            before = work.users.find(user.user_id)
            assert before is not None
            self.users.change(work, BY_ALICE, before, user)

        await self.storage.write(command)

    async def sign_in(self, user: User) -> NewSession:
        return await self.storage.write(
            lambda work: self.sessions.make(work, Caller(None), user, method=SignInMethod.LINK, device_name="a browser")
        )

    async def bind(self, user: User, address: str = ADDRESS) -> None:
        await self.storage.write(
            lambda work: self.devices.bind(
                work, Caller(None), user, address=IPv6Address(address), name="a laptop", key=None
            )
        )


async def know_key(_address: IPv6Address) -> str:
    return "the key of the overlay node"


async def open_node(storage: Storage, hub: Hub) -> Node:
    """Load what a server keeps in memory."""
    directory = Directory(*await storage.read(lambda found: (found.users.list_all(), found.logins.list_all())))
    sessions, devices = await load_access(storage, find_no_key)
    storage.nodes.access.follow(AccessFollower(directory, sessions, devices, hub).apply)
    identity = Authenticator(
        AuthMode.HERO,
        directory,
        storage,
        sessions,
        devices,
        exchange=storage.nodes.access,
        now=lambda: millis(NOW),
    )
    return Node(
        storage, hub, directory, identity, SessionAdministration(sessions, hub), DeviceAdministration(devices, hub)
    )


@pytest.fixture(params=TWO_NODES)
async def nodes(request: pytest.FixtureRequest, hero_root: Path) -> AsyncIterator[tuple[Node, Node]]:
    """Two nodes with the demo users, who have logins."""
    async with TWO_NODES[request.param](request, hero_root) as (one, other):
        await one[0].write(lambda work: seed_users(work, DEMO_USERS))
        first = await open_node(*one)
        yield first, first if one[0] is other[0] else await open_node(*other)


async def test_a_session_of_one_node_counts_at_the_other_at_once(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    for _ in range(5):
        made = await one.sign_in(BOB)
        assert (await other.by_session(made.token)).known() == BOB


async def test_a_session_that_is_revoked_ends_at_the_other_node_with_its_streams(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    made = await one.sign_in(BOB)
    session_id = made.session.session_id
    assert (await other.by_session(made.token)).credential == session_id
    with other.hub.subscription(BOB, session_id) as ends, other.hub.subscription(BOB, "another") as stays:
        await one.storage.write(lambda work: one.sessions.end(work, BY_ALICE, session_id, action=REVOKED))
        await until(ends.ended.done)
        assert not stays.ended.done()
    assert (await other.by_session(made.token)).user is None


async def test_who_is_deactivated_is_out_at_the_other_node(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    made = await one.sign_in(BOB)
    await one.bind(BOB)
    for caller in (await other.by_session(made.token), await other.by_login("bob"), await other.by_device()):
        assert caller.known() == BOB
    with other.hub.subscription(BOB) as stream:
        await one.change(replace(BOB, active=False))
        await until(stream.ended.done)
    assert (await other.by_login("bob")).is_deactivated
    for caller in (await other.by_session(made.token), await other.by_device()):
        assert caller.user is None


async def test_who_is_active_again_comes_in_at_the_other_node_at_once(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.change(replace(BOB, active=False))
    await until(lambda: not (found := other.directory.find("bob")) or not found.active)
    await one.change(BOB)
    assert (await other.by_login("bob")).known() == BOB


async def test_another_role_ends_the_streams_of_the_other_node(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    with other.hub.subscription(BOB) as stream:
        await one.change(replace(BOB, role=Role.CUSTOMER))
        await until(stream.ended.done)
    assert (await other.by_login("bob")).known().role is Role.CUSTOMER


async def test_another_name_is_shown_at_the_other_node_and_ends_no_stream(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    renamed = replace(BOB, name="Robert")
    with other.hub.subscription(BOB) as stream:
        await one.change(renamed)
        await until(lambda: other.directory.find("bob") == renamed)
        assert not stream.ended.done()


async def test_a_user_who_was_enrolled_at_one_node_is_found_at_the_other(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    enrolled = await one.by_login("erin")
    assert (await other.by_login("erin")).known() == enrolled.known()
    await until(lambda: other.directory.find(enrolled.known().user_id) is not None)


async def test_a_login_that_was_taken_off_one_user_and_bound_to_another(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.storage.write(lambda work: one.logins.bind(work, BY_ALICE, UserId("bob"), "Bobby"))
    await until(lambda: other.directory.find_by_login("bobby") == BOB)
    with other.hub.subscription(BOB) as stream:
        await one.storage.write(lambda work: one.logins.unbind(work, BY_ALICE, "bobby"))
        await until(stream.ended.done)
    assert other.directory.find_by_login("bobby") is None
    assert (await other.by_login("bob")).known() == BOB
    await one.storage.write(lambda work: one.logins.bind(work, BY_ALICE, UserId("alice"), "bobby"))
    await until(lambda: other.directory.find_by_login("bobby") == ALICE)


async def test_a_device_counts_at_the_other_node_at_once_until_it_is_revoked(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.bind(BOB)
    assert (await other.by_device()).known() == BOB
    with other.hub.subscription(BOB, ADDRESS) as stream:
        await one.storage.write(lambda work: one.devices.unbind(work, BY_ALICE, ADDRESS, action=REVOKED))
        await until(stream.ended.done)
    assert (await other.by_device()).user is None


async def test_a_device_of_another_user_ends_the_streams_of_the_first(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    await one.bind(BOB)
    assert (await other.by_device()).known() == BOB
    with other.hub.subscription(BOB, ADDRESS) as stream:
        await one.bind(ALICE)
        await until(stream.ended.done)
    assert (await other.by_device()).known() == ALICE


async def test_a_device_that_is_bound_by_its_key_ends_what_the_other_node_has_just_bound_by_address(
    nodes: tuple[Node, Node],
) -> None:
    one, other = nodes
    await one.bind(BOB)
    mail = "alice@example.org"
    issued = await one.storage.write(partial(LINKS.issue, email=mail, user=ALICE, plan=INVITATION))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(other.devices.directory, "_find_key", know_key)
        await other.sign_in_service.redeem(
            Caller(None, origin="400::2", is_over_tcp=True), LinkOrCode(issued.token), "a"
        )
    bound = await one.storage.read(lambda snapshot: [device.address for device in snapshot.devices.list_all()])
    assert bound == ["400::2"]


async def test_who_is_erased_is_forgotten_at_the_other_node_and_every_stream_ends(
    nodes: tuple[Node, Node], tmp_path: Path
) -> None:
    one, other = nodes
    made = await one.sign_in(CAROL)
    assert (await other.by_session(made.token)).known() == CAROL
    access = AccessAdministration(one.sessions, one.devices)
    erasures = Erasures(cast(FileStorage, one.storage), one.directory, one.hub, access, OutboxFolder(tmp_path))
    with other.hub.subscription(BOB) as stream:
        heir, _ = await erasures.erase_user(BY_ALICE, CAROL.user_id, FilePolicy.KEEP)
        await until(stream.ended.done)
    await until(lambda: other.directory.find(heir.user_id) == heir)
    assert other.directory.find(CAROL.user_id) is None
    assert other.directory.find_login("carol") is None
    assert (await other.by_session(made.token)).user is None
    assert other.directory.find("bob") == BOB


class Away(OwnAccess):
    """The exchange of a node whose database has been away for longer than memory is believed."""

    is_current = False

    async def catch_up(self) -> bool:
        raise StoreUnavailable("the database is away")


async def test_who_shows_nothing_and_the_operator_need_no_database(nodes: tuple[Node, Node]) -> None:
    node = replace(nodes[0], identity=replace(nodes[0].identity, exchange=Away()))
    assert (await node.by_nothing()).user is None
    assert (await node.by_operator()).user is None
    for call in (node.by_login("bob"), node.by_session("a token"), node.by_device()):
        with pytest.raises(StoreUnavailable):
            await call


async def test_the_use_of_a_session_at_another_node_is_not_set_back(nodes: tuple[Node, Node]) -> None:
    one, other = nodes
    session_id = (await one.sign_in(BOB)).session.session_id
    later, earlier = Millis(millis(NOW) + 120_000), Millis(millis(NOW) + 60_000)
    await one.storage.write(lambda work: work.sessions.note_seen({session_id: later}))
    await other.storage.write(lambda work: work.sessions.note_seen({session_id: earlier}))
    found = await one.storage.read(lambda snapshot: snapshot.sessions.find(session_id))
    assert found is not None
    assert found.last_seen_at == later

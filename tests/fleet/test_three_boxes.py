"""A desk on three boxes loses a node, the primary of its database, and a box, one after the other, at work.

With `FAULT_ROUNDS=full` more people work, for longer, and the node is killed ten times.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.capabilities import NAMESPACES, POSTGRES, SSH_KEYGEN, SSHD, needs
from tests.fleet.box_databases import DATABASE
from tests.fleet.people import People, working_people
from tests.fleet.person import Who
from tests.fleet.three_boxes import ThreeBoxes, started_three_boxes
from tests.ui.daemons import eventually

pytestmark = needs(NAMESPACES, SSHD, SSH_KEYGEN, POSTGRES)

_IS_FULL = os.environ.get("FAULT_ROUNDS") == "full"
_NODE_KILLS, _PEOPLE_OF_A_KIND = (10, 3) if _IS_FULL else (1, 1)
# What each person does before the next one is killed, and at the end.
_DONE_BY_EACH = 20 if _IS_FULL else 4
_BACK_S = 120.0


@pytest.fixture
def desk(hero_root: Path, dist: Path) -> Iterator[ThreeBoxes]:
    """Two nodes, deployed to empty boxes."""
    with started_three_boxes(hero_root) as boxes:
        said = boxes.deploy(dist)
        assert [box["state"] for box in said["boxes"]] == ["healthy", "healthy"]
        yield boxes


# The environment of the session is made before: the boxes have no package index.
@pytest.mark.usefixtures("deploy_program")
def test_nothing_acknowledged_is_lost_doubled_or_shown_to_who_may_not_see_it(desk: ThreeBoxes) -> None:
    with working_people(desk.overlay, invite(desk)) as people:
        people.wait_for_work(_DONE_BY_EACH)
        for _ in range(_NODE_KILLS):
            lose_node(desk, people)
        desk.databases.primary.kill()
        desk.databases.standby.cluster.promote()
        people.wait_for_work(_DONE_BY_EACH)
        desk.box(1).switch_off()
        people.wait_for_work(_DONE_BY_EACH)
        people.finish()
        check_people(people)
        check_database(desk, people)
        findings = desk.run_command(2, "doctor")["findings"]
        assert [one["verdict"] for one in findings if one["check"] == "database"] == ["ok"], findings


def invite(desk: ThreeBoxes) -> list[Who]:
    """Agents and customers, in the app and not, half of whom prefer each node."""
    project_id = desk.prove()
    kinds = [(is_agent, uses_app) for is_agent in (True, False) for uses_app in (True, False)] * _PEOPLE_OF_A_KIND
    names = [f"{'agent' if is_agent else 'customer'}{number}" for number, (is_agent, _) in enumerate(kinds)]
    customers = tuple(name for name in names if name.startswith("customer"))
    agents = [name for name in names if name not in customers]
    invited = []
    for name, (is_agent, uses_app) in zip(names, kinds, strict=True):
        email = f"{name}@example.org"
        code = desk.operate(1, "user.add", email=email, role="agent" if is_agent else "customer", name=name)["code"]
        turn = agents.index(name) if is_agent else 0
        addresses = desk.addresses[::-1] if is_agent is uses_app else desk.addresses
        root = str(desk.folder / name)
        invited.append(
            Who(name, is_agent, uses_app, email, code, project_id, addresses, root, customers, turn, len(agents))
        )
    return invited


def lose_node(desk: ThreeBoxes, people: People) -> None:
    """Kill the server of box 2, see that work goes on, and that its supervisor brings another one."""
    killed = desk.kill_server(2)

    def is_back() -> bool:
        server = desk.server_of(2)
        return bool(server["state"] == "healthy" and server["pid"] != killed)

    people.wait_for_work(_DONE_BY_EACH)
    eventually(is_back, "the supervisor brings the server back", _BACK_S)


def check_people(people: People) -> None:
    """Each stream has brought exactly what a new one brings, in its order, and nobody has seen what they may not."""
    for one in people.all:
        heard = [fact["seq"] for fact in one.find("heard")]
        listed = one.find("listed")[0]["seqs"]
        assert heard[: len(listed)] == listed, one.who.name
        assert heard == sorted(set(heard)), one.who.name
        for kind in ("leak", "failed", "reset"):
            assert one.find(kind) == [], one.who.name


def check_database(desk: ThreeBoxes, people: People) -> None:
    """What is there is what was acknowledged, each once."""
    with psycopg.connect(desk.databases.standby.cluster.url_of(DATABASE)) as connection:
        tickets = connection.execute("SELECT ticket_id, title FROM hero_assistance.tickets").fetchall()
        found = connection.execute(
            "SELECT message_id, ticket_id, kind, body FROM hero_assistance.messages WHERE opening = 0"
        ).fetchall()
        events = connection.execute("SELECT seq FROM hero_assistance.events ORDER BY seq").fetchall()
        [(last, first)] = connection.execute(
            "SELECT last_seq, first_seq FROM hero_assistance.timelines WHERE first_seq > last_seq"
        ).fetchall()
    filed = [(fact["ticket_id"], fact["title"]) for one in people.all for fact in one.find("filed")]
    columns = ("message_id", "ticket_id", "kind", "body")
    written = [tuple(fact[name] for name in columns) for one in people.all for fact in one.find("written")]
    assert sorted(tickets) == sorted(filed)
    assert sorted(found) == sorted(written)
    assert_each_once(title for _, title in filed)
    assert_each_once(body for *_, body in written)
    # The promotion leaves out a range of numbers, and nothing else does.
    after = len(events) - last
    assert [seq for (seq,) in events] == [*range(1, last + 1), *range(first + 1, first + after + 1)]


def assert_each_once(texts: Iterable[Any]) -> None:
    """Each text is of one command: two of them would be one that was done twice."""
    assert [text for text, times in Counter(texts).items() if times > 1] == []

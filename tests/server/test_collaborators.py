"""Who takes part in a ticket: invited by their address, taken off again, and who may know of whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hero_assistance_sdk.limits import Limits
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.collaborators import rules
from tests.server.desk import Desk, running, until
from tests.server.signing_in import PAGE, list_letters

pytestmark = pytest.mark.anyio

ERIN = "erin@example.org"


async def refusal(desk: Desk, method: str, user: str, **params: Any) -> str:
    with pytest.raises(RpcFailure) as refused:
        await desk.call(method, user, **params)
    return refused.value.remote_reason


@pytest.fixture
async def shared(desk: Desk) -> Desk:
    """Carol's ticket 1 and Dave's ticket 2, and Dave has an address."""
    await desk.call("project.update", "alice", page_address=f"{PAGE}/")
    await desk.call("user.update", "alice", user_id="dave", email="dave@example.org")
    await desk.call("user.update", "alice", user_id="bob", email="bob@example.org")
    await desk.call("ticket.create", "carol", title="Salaries", body="b")
    await desk.call("ticket.create", "dave", title="d", body="b")
    return desk


async def letters_to(desk: Desk, address: str) -> list[str]:
    """What was sent to somebody, once something was: quoted as in a mail, and joined again."""

    def find() -> list[str]:
        found = (text.replace("=\n", "").replace("=3D", "=") for text in list_letters(desk))
        return [text for text in found if f"To: {address}" in text]

    await until(find)
    return find()


async def invite(desk: Desk, user: str, email: str, ticket_id: int = 1) -> list[str]:
    """Who is invited then."""
    ticket = await desk.call("ticket.invite_address", user, ticket_id=ticket_id, email=email)
    found: list[str] = ticket["collaborators"]
    return found


async def share(desk: Desk, email: str, ticket_id: int = 1) -> list[str]:
    """Carol shares her ticket with an address; the addresses that wait then."""
    await invite(desk, "carol", email, ticket_id)
    found: list[str] = (await desk.call("ticket.people", "carol", ticket_id=ticket_id))["invited"]
    return found


async def test_a_customer_shares_their_ticket_with_who_is_new_here(shared: Desk) -> None:
    assert await share(shared, "Erin@Example.org") == [ERIN]
    (letter,) = await letters_to(shared, ERIN)
    assert f"{PAGE}/sign-in/link?token=" in letter
    assert f"{PAGE}/#/tickets/hero_assistance/1" in letter
    assert "Carol" in letter
    assert "Salaries" not in letter, "what a ticket is about is not told to an address that may be a stranger's"
    offered = (await shared.call("ticket.invitations", "erin"))["invitations"]
    assert [(one["ticket_id"], one["invited_by"]) for one in offered] == [(1, "Carol")]
    assert (await shared.call("ticket.list", "erin"))["tickets"] == []
    assert (await shared.call("ticket.join", "erin", ticket_id=1))["collaborators"] == ["erin"]
    assert [t["ticket_id"] for t in (await shared.call("ticket.list", "erin"))["tickets"]] == [1]
    people = await shared.call("ticket.people", "carol", ticket_id=1)
    assert ([one["name"] for one in people["collaborators"]], people["invited"]) == (["erin"], [])


async def test_who_is_known_gets_no_way_in_by_that_letter(shared: Desk) -> None:
    assert await share(shared, "dave@example.org") == ["dave@example.org"]
    (letter,) = await letters_to(shared, "dave@example.org")
    assert "sign-in" not in letter


async def test_who_was_not_invited_joins_nothing(shared: Desk) -> None:
    await share(shared, ERIN)
    assert await refusal(shared, "ticket.join", "dave", ticket_id=1) == "not-found"
    assert await refusal(shared, "ticket.join", "dave", ticket_id=99) == "not-found"
    assert (await shared.call("ticket.join", "bob", ticket_id=1))["collaborators"] == [], "an agent sees it already"
    await shared.call("ticket.join", "erin", ticket_id=1)
    await shared.call("ticket.uninvite", "carol", ticket_id=1, user_id="erin")
    assert await refusal(shared, "ticket.join", "erin", ticket_id=1) == "not-found", "an invitation counts once"


async def test_an_invitation_is_taken_back_and_declined(shared: Desk) -> None:
    await share(shared, "dave@example.org")
    await share(shared, ERIN)
    assert await refusal(shared, "ticket.uninvite_address", "dave", ticket_id=1, email=ERIN) == "not-found"
    await shared.call("ticket.uninvite_address", "dave", ticket_id=1, email="Dave@example.org")
    people = await shared.call("ticket.people", "carol", ticket_id=1)
    assert people["invited"] == [ERIN]
    await shared.call("ticket.join", "erin", ticket_id=1)
    await share(shared, "frank@example.org")
    assert (
        await refusal(shared, "ticket.uninvite_address", "erin", ticket_id=1, email="frank@example.org") == "forbidden"
    )
    assert (await shared.call("ticket.people", "erin", ticket_id=1))["invited"] == [], "addresses are not for guests"
    await shared.call("ticket.uninvite_address", "bob", ticket_id=1, email="frank@example.org")
    assert await refusal(shared, "ticket.join", "frank", ticket_id=1) == "not-found"


async def test_an_agent_makes_a_waiting_address_a_collaborator(shared: Desk) -> None:
    await share(shared, "dave@example.org")
    assert await invite(shared, "bob", "dave@example.org") == ["dave"]
    assert (await shared.call("ticket.people", "bob", ticket_id=1))["invited"] == []


async def test_who_is_made_a_collaborator_waits_no_longer(shared: Desk) -> None:
    await share(shared, "dave@example.org")
    await shared.call("ticket.invite", "bob", ticket_id=1, user_id="dave")
    assert (await shared.call("ticket.people", "carol", ticket_id=1))["invited"] == []
    await share(shared, "dave@example.org")
    assert (await shared.call("ticket.invitations", "dave"))["invitations"] == [], "they see it already"
    await shared.call("ticket.uninvite", "carol", ticket_id=1, user_id="dave")
    assert await refusal(shared, "ticket.join", "dave", ticket_id=1) == "not-found", "who was taken off stays off"


async def test_an_invitation_ends_where_its_ticket_is_merged(shared: Desk) -> None:
    made = await shared.call("ticket.create", "carol", title="The same again", body="b")
    await share(shared, "dave@example.org", made["ticket_id"])
    await shared.call("ticket.merge", "bob", ticket_id=made["ticket_id"], into=1)
    assert (await shared.call("ticket.invitations", "dave"))["invitations"] == []
    assert (await shared.call("ticket.people", "carol", ticket_id=made["ticket_id"]))["invited"] == []
    assert await refusal(shared, "ticket.join", "dave", ticket_id=1) == "not-found", "that one was not shared"
    again = {"ticket_id": made["ticket_id"], "email": ERIN}
    assert await refusal(shared, "ticket.invite_address", "carol", **again) == "conflict"


def age(desk: Desk, by: timedelta) -> None:
    """Make every invitation this much older."""
    desk.execute("UPDATE guest_invitations SET invited_at = invited_at - ?", by // timedelta(milliseconds=1))


async def test_an_invitation_ends_after_a_week_and_is_made_again(shared: Desk) -> None:
    await share(shared, "dave@example.org")
    (letter,) = await letters_to(shared, "dave@example.org")
    assert "for 7 days" in letter
    age(shared, timedelta(days=7) - timedelta(hours=1))
    assert len((await shared.call("ticket.invitations", "dave"))["invitations"]) == 1
    age(shared, timedelta(hours=1))
    assert (await shared.call("ticket.invitations", "dave"))["invitations"] == []
    assert (await shared.call("ticket.people", "carol", ticket_id=1))["invited"] == []
    with pytest.raises(RpcFailure, match="has ended") as refused:
        await shared.call("ticket.join", "dave", ticket_id=1)
    assert (refused.value.remote_reason, "once more" in (refused.value.hint or "")) == ("not-found", True)
    assert await share(shared, "dave@example.org") == ["dave@example.org"]
    assert (await shared.call("ticket.join", "dave", ticket_id=1))["collaborators"] == ["dave"]


async def test_one_that_has_ended_takes_no_place(shared: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "GUESTS_LIMIT", 1)
    await share(shared, "dave@example.org")
    assert await refusal(shared, "ticket.invite_address", "carol", ticket_id=1, email=ERIN) == "conflict"
    age(shared, timedelta(days=8))
    assert await share(shared, ERIN) == [ERIN]


async def test_an_invitation_ends_with_who_invited(shared: Desk) -> None:
    await share(shared, "dave@example.org")
    await shared.call("user.deactivate", "alice", user_id="carol")
    assert (await shared.call("ticket.invitations", "dave"))["invitations"] == []
    with pytest.raises(RpcFailure, match="no longer here"):
        await shared.call("ticket.join", "dave", ticket_id=1)
    await shared.call("user.reactivate", "alice", user_id="carol")
    assert len((await shared.call("ticket.invitations", "dave"))["invitations"]) == 1
    await shared.call("user.erase", "alice", user_id="carol")
    assert (await shared.call("ticket.invitations", "dave"))["invitations"] == []
    assert (await shared.call("ticket.people", "bob", ticket_id=1))["invited"] == []
    assert await refusal(shared, "ticket.join", "dave", ticket_id=1) == "not-found"


async def test_an_invitation_ends_with_its_ticket(shared: Desk) -> None:
    await share(shared, "dave@example.org")
    await shared.call("ticket.delete", "alice", ticket_id=1)
    assert (await shared.call("ticket.invitations", "dave"))["invitations"] == []
    assert await refusal(shared, "ticket.join", "dave", ticket_id=1) == "not-found"


async def test_to_invite_twice_is_one_invitation(shared: Desk) -> None:
    await share(shared, ERIN)
    assert await share(shared, ERIN) == [ERIN]
    await share(shared, "frank@example.org")
    await letters_to(shared, "frank@example.org")
    assert len(await letters_to(shared, ERIN)) == 1


async def test_a_guest_invites_no_others(shared: Desk) -> None:
    await invite(shared, "bob", "dave@example.org")
    assert await refusal(shared, "ticket.invite_address", "dave", ticket_id=1, email=ERIN) == "forbidden"
    assert await refusal(shared, "ticket.invite_address", "dave", ticket_id=3, email=ERIN) == "not-found"


@pytest.mark.parametrize("takes_newcomers", [True, False])
async def test_a_customer_learns_of_no_address_whether_it_is_known(shared: Desk, takes_newcomers: bool) -> None:
    """Of a stranger, a customer, an agent, and who has no access any more: the same to the byte."""
    await shared.call("user.enrol", "alice", email="gone@example.org", name="Gone")
    await shared.call("user.deactivate", "alice", user_id="gone")
    await shared.call("project.update", "alice", enrol_newcomers=takes_newcomers)
    seen = set()
    for email in (ERIN, "dave@example.org", "bob@example.org", "gone@example.org"):
        made = await shared.call("ticket.create", "carol", title="t", body="b")
        number = made["ticket_id"]
        before, entry = await seq(shared), await last_entry(shared)
        answer = await shared.call("ticket.invite_address", "carol", ticket_id=number, email=email)
        people = await shared.call("ticket.people", "carol", ticket_id=number)
        assert {name: value for name, value in made.items() if answer[name] != value} == {}
        assert (await shared.call("search.tickets", "carol", query=email.partition("@")[0]))["found"] == []
        made_entries = await last_entry(shared) - entry
        seen.add((str(people).replace(email, "@"), await seq(shared) - before, made_entries))
    assert len(seen) == 1, seen


async def seq(desk: Desk) -> int:
    """The number of the last event."""
    found: int = (await desk.call("ticket.list", "bob"))["seq"]
    return found


async def last_entry(desk: Desk) -> int:
    """The number of the last entry of the audit trail, of which the history of a ticket tells its customer."""
    found: int = (await desk.call("audit.list", "alice", limit=1))["entries"][0]["audit_id"]
    return found


async def test_an_address_that_an_agent_has_to_add_waits(shared: Desk) -> None:
    await shared.call("project.update", "alice", enrol_newcomers=False)
    assert await share(shared, ERIN) == [ERIN]
    users = (await shared.call("user.list", "bob"))["users"]
    assert "erin" not in {user["user_id"] for user in users}
    assert (await shared.call("ticket.people", "bob", ticket_id=1))["invited"] == [ERIN]
    assert await invite(shared, "bob", ERIN) == ["erin"]


async def test_a_customer_takes_off_whom_they_invited_and_a_guest_themselves(shared: Desk) -> None:
    await invite(shared, "bob", "dave@example.org")
    await invite(shared, "bob", ERIN)
    assert await refusal(shared, "ticket.uninvite", "dave", ticket_id=1, user_id="erin") == "forbidden"
    assert await refusal(shared, "ticket.uninvite", "carol", ticket_id=2, user_id="carol") == "not-found"
    await shared.call("ticket.uninvite", "dave", ticket_id=1, user_id="dave")
    assert await refusal(shared, "ticket.get", "dave", ticket_id=1) == "not-found"
    ticket = await shared.call("ticket.uninvite", "carol", ticket_id=1, user_id="erin")
    assert ticket["collaborators"] == []


async def test_who_takes_part_as_agents_and_customers_see_it(shared: Desk) -> None:
    await invite(shared, "bob", "dave@example.org")
    await shared.call("ticket.follow", "bob", ticket_id=1)
    seen = await shared.call("ticket.people", "bob", ticket_id=1)
    assert [one["email"] for one in seen["collaborators"]] == ["dave@example.org"]
    assert [one["name"] for one in seen["followers"]] == ["Bob"]
    assert seen["customer"]["user_id"] == "carol"
    assert seen["customer_since"] > 0
    for user in ("carol", "dave"):
        told = await shared.call("ticket.people", user, ticket_id=1)
        assert [one["name"] for one in told["collaborators"]] == ["Dave"]
        assert (told["followers"], told["customer_since"]) == ([], None)
        assert {one["email"] for one in (*told["collaborators"], told["customer"])} == {None}
    assert await refusal(shared, "ticket.people", "carol", ticket_id=2) == "not-found"


async def test_a_customer_has_the_desk_send_no_link_of_theirs_to_strangers(shared: Desk) -> None:
    await shared.call("user.update_me", "carol", name="You won: evil.example/prize")
    await invite(shared, "carol", ERIN)
    (letter,) = await letters_to(shared, ERIN)
    assert "evil" not in letter
    assert "A customer shares ticket 1" in letter


async def test_a_customer_shares_a_ticket_with_so_many_and_agents_with_more(
    shared: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "GUESTS_LIMIT", 1)
    await share(shared, ERIN)
    assert await share(shared, ERIN) == [ERIN]
    assert await refusal(shared, "ticket.invite_address", "carol", ticket_id=1, email="frank@example.org") == "conflict"
    users = (await shared.call("user.list", "bob"))["users"]
    assert "frank" not in {user["user_id"] for user in users}, "who is refused is no user either"
    assert await invite(shared, "bob", "frank@example.org") == ["frank"]


async def test_invitations_are_counted(paths: Paths) -> None:
    """Each may send a letter to a stranger."""
    async with running(paths, limits=Limits(invitations_per_hour=2)) as desk:
        await desk.call("ticket.create", "carol", title="t", body="b")
        for name in ("one", "two"):
            await invite(desk, "carol", f"{name}@example.org")
        assert await refusal(desk, "ticket.invite_address", "carol", ticket_id=1, email=ERIN) == "too-often"

"""Search: what is found, by whom, where it stands, and that the index is always what the tickets say."""

from __future__ import annotations

import contextlib
import random
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hero_assistance_sdk.files.data_folder import DATABASE
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import InvalidParams, RpcFailure
from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.search.filters import parse
from hero_assistance_server.storage.sql.search.document import DOCUMENT_LIMIT
from hero_assistance_server.storage.sql.search.expression import build_full_text_query, creation_range
from hero_assistance_server.storage.sqlite.database.connection import open_reader, open_writer
from hero_assistance_server.storage.sqlite.database.migrate import migrate, migrations
from hero_assistance_server.storage.sqlite.search import rebuild, search_repository
from hero_assistance_server.ticket_lists.list_query import build_list_query
from hero_assistance_server.timestamps import time_of
from hero_assistance_server.users.model import User
from tests.capabilities import sqlite_only
from tests.server.desk import Desk, running
from tests.server.list_matching import matches
from tests.server.test_lists import every_ticket, walk

pytestmark = pytest.mark.anyio

BOB = User(UserId("bob"), "Bob", Role.AGENT)
CAROL = User(UserId("carol"), "Carol", Role.CUSTOMER)


async def ids(desk: Desk, user: str, query: str, limit: int = 50) -> list[int]:
    """Every ticket that is found, page by page."""
    found: list[int] = []
    before = None
    for _ in range(200):
        more: dict[str, Any] = {} if before is None else {"before": before}
        page = await desk.call("search.tickets", user, query=query, limit=limit, **more)
        found += [one["ticket"]["ticket_id"] for one in page["found"]]
        before = page["next_before"]
        if before is None:
            return found
    raise AssertionError("the pages have no end")


@pytest.fixture
async def shelf(desk: Desk) -> Desk:
    """Three tickets: Carol's with a thread and a note, Dave's, and one of Carol's that Dave collaborates on."""
    await desk.call("ticket.create", "carol", title="The VPN is dówn", body="Since Monday.", tags=["net-work"])
    await desk.call("message.note", "bob", ticket_id=1, body="The gateway was renewed. Ends here")
    await desk.call("message.reply", "bob", ticket_id=1, body="Starts there: which address?")
    await desk.call(
        "ticket.create", "dave", title="Принтер не печатает", body="日本語のテキスト, ภาษาไทย, हिन्दी, naïve Straße"
    )
    await desk.call("ticket.create", "carol", title="Shared", body="ＶＰＮ in full width")
    await desk.call("ticket.invite", "bob", ticket_id=3, user_id="dave")
    return desk


@pytest.mark.parametrize(
    ("user", "query", "found"),
    [
        ("bob", "vpn", [3, 1]),
        ("bob", "VPN down", [1]),
        ("bob", "dówn monday", [1]),
        ("bob", "vp*", [3, 1]),
        ("bob", "gatewa*", [1]),
        ("bob", "gatewa", []),
        ("bob", '"vpn is"', [1]),
        ("bob", '"is vpn"', []),
        ("bob", '"here starts"', []),
        ("bob", "vpn -gateway", [3]),
        ("bob", "-vpn", [2]),
        ("bob", "tag:net-work", [1]),
        ("bob", "net-work", [1]),
        ("bob", "carol", [3, 1]),
        ("bob", "bob", [1]),
        ("bob", "dave", [3, 2]),
        ("bob", "принтер", [2]),
        ("bob", "ПЕЧАТ*", [2]),
        ("bob", "日本", [2]),
        ("bob", "本日", []),
        ("bob", "語", [2]),
        ("bob", "キスト", [2]),
        ("bob", "ｷｽﾄ", [2]),
        ("bob", "ไทย", [2]),
        ("bob", "हिन्दी", [2]),
        ("bob", "naive", [2]),
        ("bob", "NAÏVE", [2]),
        ("bob", "STRASSE", [2]),
        ("bob", "strasse", [2]),
        ("bob", "vpn customer:carol status:waiting", [1]),
        ("bob", "customer:dave is:active", [2]),
        ("bob", "vpn status:closed", []),
        ("bob", "vpn before:2020-01-01", []),
        ("bob", "vpn after:2020-01-01 -before:2021-05-05", [3, 1]),
        ("bob", "", [3, 2, 1]),
        ("bob", "!!! vpn ???", [3, 1]),
        ("bob", "!?", []),
        ("bob", "-!? is:active", []),
        ("bob", "🔥", []),
        ("carol", "…", []),
        ("bob", "Re: vpn", []),
        ("bob", "gateway: renewed", [1]),
        ("bob", "vpn://is", [1]),
        ("carol", "vpn", [3, 1]),
        ("carol", "gateway", []),
        ("carol", "-gateway", [3, 1]),
        ("carol", "address", [1]),
        ("carol", "принтер", []),
        ("carol", "customer:dave", []),
        ("dave", "vpn", [3]),
        ("dave", "", [3, 2]),
        ("dave", "customer:carol", [3]),
        ("dave", "monday", []),
    ],
)
async def test_what_is_found_by_whom(shelf: Desk, user: str, query: str, found: list[int]) -> None:
    assert await ids(shelf, user, query) == await ids(shelf, user, query, limit=1) == found


@pytest.mark.parametrize(
    ("query", "place", "message_id", "marked"),
    [
        ("vpn", "title", None, ["VPN"]),
        ("down vpn", "title", None, ["VPN", "dówn"]),
        ("monday", "body", None, ["Monday"]),
        ("net-work", "tag", None, ["net-work"]),
        ("carol", "person", None, ["Carol"]),
        ("renew*", "note", 1, ["renewed"]),
        ("address", "reply", 2, ["address"]),
        ("vpn the gateway", "title", None, ["The", "VPN"]),
        ("customer:carol", "title", None, []),
    ],
)
async def test_where_it_stands(shelf: Desk, query: str, place: str, message_id: int | None, marked: list[str]) -> None:
    page = await shelf.call("search.tickets", "bob", query=query)
    one = page["found"][-1]
    assert (one["ticket"]["ticket_id"], one["place"], one["message_id"]) == (1, place, message_id)
    assert [segment["text"] for segment in one["snippet"] if segment["match"]] == marked


async def test_the_answer_says_what_was_not_searched(shelf: Desk) -> None:
    page = await shelf.call("search.tickets", "bob", query="!? status:waiting")
    assert (page["found"], page["next_before"], page["ignored"], page["missing"]) == ([], None, ["!?"], 0)
    page = await shelf.call("search.tickets", "bob", query="vpn … gateway")
    assert ([one["ticket"]["ticket_id"] for one in page["found"]], page["ignored"]) == ([1], ["…"])


async def test_a_snippet_is_a_window_of_the_text_and_no_markup(desk: Desk) -> None:
    text = "before " * 500 + '<b onclick="x">needle</b>\n\n' + "after " * 500
    await desk.call("ticket.create", "carol", title="t", body=text)
    (one,) = (await desk.call("search.tickets", "carol", query="needle"))["found"]
    shown = "".join(segment["text"] for segment in one["snippet"])
    assert len(shown) <= 200
    assert '<b onclick="x">needle</b> after' in shown


async def test_an_edit_forgets_the_old_words(shelf: Desk) -> None:
    await shelf.call("message.edit", "bob", message_id=2, body="corrected")
    assert await ids(shelf, "bob", "starts") == []
    assert await ids(shelf, "carol", "corrected") == [1]
    await shelf.call("ticket.update", "bob", ticket_id=1, title="Another", remove_tags=["net-work"])
    assert await ids(shelf, "bob", "down") == await ids(shelf, "bob", "tag:net-work") == []


async def test_who_is_a_collaborator_no_more_finds_it_no_more(shelf: Desk) -> None:
    await shelf.call("ticket.uninvite", "bob", ticket_id=3, user_id="dave")
    assert await ids(shelf, "dave", "vpn") == []


async def test_words_go_with_their_messages(shelf: Desk) -> None:
    await shelf.call("ticket.split", "bob", ticket_id=1, message_ids=[2], title="Apart")
    assert await ids(shelf, "bob", "address") == [4]
    await shelf.call("ticket.update", "bob", ticket_id=4, status="closed")
    await shelf.call("ticket.merge", "bob", ticket_id=4, into=1)
    assert await ids(shelf, "bob", "address") == [1]
    # Its own title and text went along, and stay where they were.
    assert await ids(shelf, "bob", "apart") == [4, 1]


async def test_of_a_long_thread_the_newest_is_found(desk: Desk) -> None:
    await desk.call("ticket.create", "carol", title="long", body="b")
    size = 60 * 1024
    count = DOCUMENT_LIMIT // size + 1
    for number in range(count):
        await desk.call("message.reply", "carol", ticket_id=1, body=f"word{number} " + "x" * size)
    assert await ids(desk, "carol", "word0") == []
    for number in range(1, count):
        assert await ids(desk, "carol", f"word{number}") == [1]
    assert await ids(desk, "carol", "long") == [1]


@pytest.mark.parametrize("query", ["status:opne", "*", '"a', "before:now", "x " * 33])
async def test_a_query_that_is_not_understood_says_where(desk: Desk, query: str) -> None:
    with pytest.raises(RpcFailure) as refused:
        await desk.call("search.tickets", "bob", query=query)
    assert refused.value.remote_reason == "invalid-params"
    assert refused.value.data["faults"][0].startswith("query: ")


WORDS = ["vpn", "gateway", "日本語", "ümlaut", "secret", "net-work", "ไทย", "a", "b", "Don't", "x_y"]


async def talk(desk: Desk, steps: int, seed: int) -> None:
    """Tickets and messages of few words, edits and moves, at random."""
    await walk(desk, steps, seed)
    choice = random.Random(seed)  # noqa: S311
    for number in range(1, 30):
        body = " ".join(choice.choices(WORDS, k=4))
        user = choice.choice(["alice", "bob", "carol", "dave"])
        # What cannot be done is refused, and changes nothing.
        with contextlib.suppress(RpcFailure):
            if number % 5 == 0:
                await desk.call("ticket.create", user, title=body, body=body, tags=[choice.choice(WORDS)])
            elif number % 5 == 1:
                await desk.call("message.edit", user, message_id=choice.randint(1, 20), body=body)
            else:
                method = "message.note" if user in {"alice", "bob"} and number % 2 else "message.reply"
                await desk.call(method, user, ticket_id=choice.randint(1, 10), body=body)


def forget_words_version(connection: apsw.Connection) -> None:
    """Leave the index as a release with other rules for words would have left it."""
    connection.execute("UPDATE search_rebuild SET words_version = 0")


def terms(path: Path) -> set[Any]:
    """Every word of an index with its document, column and place."""
    reader = open_reader(path)
    try:
        reader.pragma("query_only", False)
        reader.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab(main, search_index, instance)")
        return set(reader.execute("SELECT term, doc, col, offset FROM temp.terms"))
    finally:
        reader.close()


@sqlite_only("compares two indexes of SQLite")
@pytest.mark.parametrize("seed", [1, 2])
async def test_the_index_is_what_it_would_be_made_anew(desk: Desk, seed: int) -> None:
    await talk(desk, 150, seed)
    before = terms(desk.database)
    copy = desk.paths.root / DATABASE
    source = open_reader(desk.database)
    target = open_writer(copy)
    with target.backup("main", source, "main") as backup:
        backup.step(-1)
    source.close()
    forget_words_version(target)
    rebuild.begin(target)
    assert rebuild.count_missing(target) == len(every_ticket(copy.parent))
    assert rebuild.index_portions(target, 1000) == 0
    target.close()
    assert terms(copy) == before
    assert len({doc for _, doc, _, _ in before}) > 20


@asynccontextmanager
async def talked(root: Path) -> AsyncIterator[tuple[Desk, apsw.Connection]]:
    """A desk on which much was said, and a connection that reads what it has."""
    async with running(Paths.from_environ({"PATH_ROOT": str(root)})) as desk:
        await talk(desk, 120, 5)
        reader = open_reader(desk.database)
        try:
            yield desk, reader
        finally:
            reader.close()


def _model(text: str) -> list[str]:
    """The words of a text as people see them; those of the alphabet of `WORDS`, without any library of ours."""
    plain = text.lower().replace("ü", "u")
    return re.findall(r"[日本語ไทย]|[a-z0-9]+", plain)


def _holds(pieces: list[list[str]], words: list[str]) -> bool:
    return any(piece[i : i + len(words)] == words for piece in pieces for i in range(len(piece)))


_QUERIES = st.lists(
    st.one_of(
        st.sampled_from(WORDS),
        st.sampled_from(WORDS).map(lambda word: f"-{word}"),
        st.sampled_from(["status:open", "-status:new", "tag:vpn", "is:unassigned", "customer:me", "-priority:low"]),
    ),
    max_size=4,
)


@sqlite_only("asks the index in the file")
async def test_a_search_finds_what_somebody_would_who_reads_everything(hero_root: Path) -> None:
    """For every reader: each ticket they may see, with every word in what they may read of it, and no other."""
    async with talked(hero_root) as (desk, db):
        found = every_ticket(desk.paths.data)
        said = db.execute("SELECT ticket_id, kind, users.name, body FROM messages JOIN users ON user_id = author")
        spoken = list(said)
        months = creation_range(db)

        @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
        @given(_QUERIES, st.sampled_from([BOB, CAROL]))
        def compare(query: list[str], reader: User) -> None:
            filter_ = parse(" ".join(query))
            expected = []
            for ticket in found:
                about = [ticket.title, ticket.body, ticket.customer_name, ticket.customer, *ticket.collaborators]
                about += ticket.tags if reader.is_staff else ()
                for ticket_id, kind, author, body in spoken:
                    if ticket_id == ticket.ticket_id and (reader.is_staff or kind == "reply"):
                        about += [str(author), str(body)]
                pieces = [_model(text) for text in about]
                words = all(_holds(pieces, _model(term.value)) is not term.negated for term in filter_.texts)
                seen = reader.is_staff or reader.user_id in ticket.people
                if seen and words and matches(ticket, build_list_query(filter_, reader)):
                    expected.append(ticket.ticket_id)
            query_ = build_full_text_query(filter_, reader, months)
            assert query_ is not None
            answer = search_repository.find(db, query_, 2**63 - 1, 1000)
            assert [ticket.ticket_id for ticket in answer] == sorted(expected, reverse=True)

        compare()


@sqlite_only("asks the index in the file")
async def test_no_query_breaks_the_index_or_shows_a_customer_more(hero_root: Path) -> None:
    """Whatever is typed: an answer or a clear error, and for a customer nothing that is not theirs."""
    async with talked(hero_root) as (desk, db):
        visible = {t.ticket_id for t in every_ticket(desk.paths.data) if "carol" in t.people}
        syntax = st.sampled_from(
            [*'"*^:(){}+-,.\\', "AND", "OR", "NOT", "NEAR(", "{notes}", "notes:", "facets", "secret", " "]
        )
        typed = st.one_of(st.text(max_size=40), st.lists(syntax, max_size=8).map("".join))

        @settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
        @given(typed)
        def ask(text: str) -> None:
            try:
                filter_ = parse(text.replace("\x00", ""))
            except InvalidParams:
                return
            for reader in (BOB, CAROL):
                query_ = build_full_text_query(filter_, reader, creation_range(db))
                answer = [] if query_ is None else search_repository.find(db, query_, 2**63 - 1, 1000)
                if reader is CAROL:
                    assert {ticket.ticket_id for ticket in answer} <= visible

        ask()


def test_a_customers_question_names_their_own_facet_and_the_public_column() -> None:
    months = (time_of(0), time_of(0))
    for text in ("", "word", "-word", '"a phrase" wor*', "status:open -tag:x before:2026-01-01"):
        asked = build_full_text_query(parse(text), CAROL, months)
        assert asked is not None
        assert f"{{facets}} : (x{b'seen:carol'.hex()})" in asked.expression
        assert "notes" not in asked.expression


@sqlite_only("asks for a plan of SQLite")
async def test_a_page_of_results_needs_no_sort(hero_root: Path) -> None:
    connection = open_writer(hero_root / DATABASE)
    migrate(connection, migrations())
    for join, created in (("", ""), (search_repository._JOIN, search_repository._CREATED)):
        query = search_repository._FIND.format(join=join, created=created)
        bindings = {"expression": "x", "before": 1, "limit": 1, "since": 1, "until": 1}
        steps = [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {query}", bindings)]
        assert steps[0].startswith("SCAN search_index VIRTUAL TABLE INDEX"), steps
        assert not any("TEMP B-TREE" in step for step in steps), steps
    connection.close()

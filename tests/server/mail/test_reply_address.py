"""Reply addresses: what is made is read, and nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.wire import TicketId, UserId
from hero_assistance_server.mail.reply_address import (
    KEY_BYTES,
    LOCAL_PART_LIMIT,
    make_reply_address,
    read_reply_address,
)

pytestmark = pytest.mark.pure

KEY = bytes(range(KEY_BYTES))
OTHER_KEY = bytes(KEY_BYTES)
SUPPORT = "support@desk.example.org"
CAROL, DAVE = UserId("carol"), UserId("dave")

numbers = st.integers(min_value=0, max_value=2**63 - 1).map(TicketId)
users = st.text(min_size=1, max_size=80).map(UserId)


def split(address: str) -> tuple[str, str]:
    token, _at, host = address.partition("+")[2].partition("@")
    return token, host


@given(numbers, users)
def test_an_address_names_its_ticket_and_its_user(ticket_id: TicketId, user_id: UserId) -> None:
    said = read_reply_address(KEY, make_reply_address(KEY, SUPPORT, ticket_id, user_id))
    assert said is not None
    assert said.ticket_id == ticket_id
    assert said.is_for(KEY, user_id)


@given(numbers, users)
def test_it_fits_into_a_local_part_and_is_plain(ticket_id: TicketId, user_id: UserId) -> None:
    local = make_reply_address(KEY, SUPPORT, ticket_id, user_id).rpartition("@")[0]
    assert len(local) <= LOCAL_PART_LIMIT
    assert local.isascii()
    assert local.replace("+", "").isalnum()
    assert local == local.lower()


def test_another_user_is_not_whom_it_is_for() -> None:
    said = read_reply_address(KEY, make_reply_address(KEY, SUPPORT, TicketId(7), CAROL))
    assert said is not None
    assert not said.is_for(KEY, DAVE)


def test_the_case_means_nothing() -> None:
    made = make_reply_address(KEY, SUPPORT, TicketId(7), CAROL)
    assert read_reply_address(KEY, made.upper()) == read_reply_address(KEY, made)


def test_brackets_and_spaces_around_it_mean_nothing() -> None:
    made = make_reply_address(KEY, SUPPORT, TicketId(7), CAROL)
    assert read_reply_address(KEY, f" <{made}> ") == read_reply_address(KEY, made)


def test_another_desk_cannot_make_it() -> None:
    assert read_reply_address(KEY, make_reply_address(OTHER_KEY, SUPPORT, TicketId(7), CAROL)) is None


def test_no_letter_of_a_token_can_be_changed() -> None:
    made = make_reply_address(KEY, SUPPORT, TicketId(7), CAROL)
    token, host = split(made)
    for place, letter in enumerate(token):
        for other in "abcdefghijklmnopqrstuvwxyz234567":
            if other != letter:
                forged = f"support+{token[:place]}{other}{token[place + 1 :]}@{host}"
                assert read_reply_address(KEY, forged) is None, forged


def test_a_part_of_a_token_is_none() -> None:
    token, host = split(make_reply_address(KEY, SUPPORT, TicketId(70000), CAROL))
    for cut in range(len(token)):
        assert read_reply_address(KEY, f"support+{token[:cut]}@{host}") is None
        assert read_reply_address(KEY, f"support+{token[cut + 1 :]}@{host}") is None


@given(st.text(max_size=100))
def test_any_other_text_is_none(text: str) -> None:
    assert read_reply_address(KEY, text) is None
    assert read_reply_address(KEY, f"support+{text}@desk.example.org") is None


def test_a_name_that_leaves_no_room_stays_as_it_is() -> None:
    support = f"{'s' * 60}@desk.example.org"
    assert make_reply_address(KEY, support, TicketId(7), CAROL) == support


def test_a_support_address_with_a_tag_of_its_own_works() -> None:
    made = make_reply_address(KEY, "help+team@desk.example.org", TicketId(7), CAROL)
    assert made.startswith("help+team+")
    assert read_reply_address(KEY, made) is not None


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(ValueError, match="no mail address"):
        make_reply_address(KEY, "support", TicketId(7), CAROL)

"""Which address is asked next, with a clock that the test sets."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.errors import HeroError, ProtocolViolation, Unreachable, UsageError
from hero_assistance_sdk.project.address_book import FIRST_REST_S, LAST_REST_S, STEADY_S, AddressBook, none_answers
from hero_assistance_sdk.project.identity import AnotherProject, ProjectId

pytestmark = pytest.mark.pure

AWAY = Unreachable("away")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def book(clock: Clock) -> AddressBook:
    return AddressBook(["a:1", "b:1", "c:1"], clock=clock)


def test_the_first_is_preferred(book: AddressBook) -> None:
    book.note_answer("b:1")
    assert book.order() == ["a:1", "b:1", "c:1"]
    assert book.current == "b:1"


def test_one_that_failed_is_asked_last_until_it_has_rested(book: AddressBook, clock: Clock) -> None:
    book.note_failure("a:1", AWAY)
    assert book.order() == ["b:1", "c:1", "a:1"]
    assert book.why_resting("a:1") is AWAY
    clock.now += FIRST_REST_S
    assert book.order() == ["a:1", "b:1", "c:1"]
    assert book.why_resting("a:1") is None


def test_requests_that_fail_together_are_one_failure(book: AddressBook, clock: Clock) -> None:
    for _ in range(100):
        book.note_failure("a:1", AWAY)
    clock.now += FIRST_REST_S
    assert book.order()[0] == "a:1"


def test_one_that_fails_again_and_again_rests_longer(book: AddressBook, clock: Clock) -> None:
    rests = []
    for _ in range(8):
        book.note_failure("a:1", AWAY)
        begun = clock.now
        while book.order()[0] != "a:1":
            clock.now += FIRST_REST_S
        rests.append(clock.now - begun)
        # It answers once in between: that alone is no proof that it works.
        book.note_answer("a:1")
    assert rests == [30.0, 60.0, 120.0, 240.0, 480.0, *[LAST_REST_S] * 3]


def test_after_a_long_time_of_work_a_failure_is_the_first_again(book: AddressBook, clock: Clock) -> None:
    for _ in range(3):
        book.note_failure("a:1", AWAY)
        clock.now += LAST_REST_S / 2
    clock.now += STEADY_S
    book.note_failure("a:1", AWAY)
    clock.now += FIRST_REST_S
    assert book.order()[0] == "a:1"


def test_one_that_answers_while_all_rest_is_asked_again(book: AddressBook) -> None:
    for address in book.addresses:
        book.note_failure(address, AWAY)
    assert book.order() == list(book.addresses)
    book.note_answer("c:1")
    assert book.order() == ["c:1", "a:1", "b:1"]


def test_a_user_can_have_all_asked_again(book: AddressBook) -> None:
    book.note_failure("a:1", AWAY)
    book.release()
    assert book.order() == ["a:1", "b:1", "c:1"]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.floats(0, 700)), max_size=40))
def test_every_address_is_always_in_the_order(steps: list[tuple[str, bool, float]]) -> None:
    clock = Clock()
    book = AddressBook(["a", "b", "c"], clock=clock)
    for address, works, passed in steps:
        clock.now += passed
        if works:
            book.note_answer(address)
            assert book.why_resting(address) is None
        else:
            book.note_failure(address, AWAY)
        assert sorted(book.order()) == ["a", "b", "c"]


def test_the_first_project_that_proves_to_be_one_is_the_project() -> None:
    found: list[ProjectId] = []
    book = AddressBook(["a:1", "b:1"], on_identified=found.append)
    book.identify("a:1", ProjectId("x"))
    book.identify("b:1", ProjectId("x"))
    assert found == ["x"]
    with pytest.raises(AnotherProject, match="b:1"):
        book.identify("b:1", ProjectId("y"))


@pytest.mark.parametrize(
    ("addresses", "project_id", "needs"),
    [
        (["a:1"], None, False),
        (["a:1"], ProjectId("x"), True),
        (["a:1", "b:1"], None, True),
        (["a:1", "a:1"], None, False),
    ],
)
def test_what_has_to_be_proved(addresses: list[str], project_id: ProjectId | None, needs: bool) -> None:
    assert AddressBook(addresses, project_id).needs_proof is needs


@pytest.mark.parametrize("count", [0, 17])
def test_a_project_has_a_few_addresses(count: int) -> None:
    with pytest.raises(UsageError):
        AddressBook([f"a:{number}" for number in range(count)])


OTHER = AnotherProject("another project answers at b:1", hint="it is x")


@pytest.mark.parametrize(
    ("failures", "kind", "words"),
    [
        ([AWAY], Unreachable, ["away"]),
        ([Unreachable("cannot reach a:1", hint="refused"), OTHER], Unreachable, ["a:1 (refused)", "b:1 (it is x)"]),
        ([OTHER, OTHER], AnotherProject, ["b:1"]),
    ],
)
def test_one_error_says_why_of_each(failures: list[HeroError], kind: type[HeroError], words: list[str]) -> None:
    error = none_answers(failures)
    assert type(error) is kind
    assert all(word in error.message for word in words)
    assert isinstance(error, ProtocolViolation) is (kind is AnotherProject)

"""Starting a program without looking for garbage in what it imports."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from hero_assistance_sdk.program_imports import without_collections

pytestmark = pytest.mark.pure


@pytest.fixture(autouse=True)
def thaw() -> Iterator[None]:
    yield
    gc.enable()
    gc.unfreeze()


def test_nothing_is_looked_for_while_a_program_is_imported() -> None:
    with without_collections():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_what_was_imported_is_left_out_of_later_searches() -> None:
    imported: list[object] = []
    with without_collections():
        imported.append([])
    assert not any(found is imported for found in gc.get_objects())


def test_a_program_that_cannot_be_imported_leaves_the_search_on() -> None:
    with pytest.raises(ImportError), without_collections():
        raise ImportError
    assert gc.isenabled()

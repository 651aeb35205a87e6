"""The primary and the standby that tests of a fail-over have: what they promise of each other."""

from __future__ import annotations

import psycopg
import pytest

from tests.capabilities import POSTGRES, needs
from tests.postgres_pair import running_pair

pytestmark = needs(POSTGRES)


@pytest.mark.parametrize("synchronous_commit", ["on", "remote_apply", None])
def test_what_was_written_is_there_after_a_promotion(synchronous_commit: str | None) -> None:
    with running_pair(synchronous_commit) as pair:
        url = pair.create_database()
        with psycopg.connect(url, target_session_attrs="read-write", autocommit=True) as connection:
            connection.execute("CREATE TABLE numbers (number BIGINT)")
            connection.execute("INSERT INTO numbers VALUES (1)")
        if synchronous_commit is None:
            pair.wait_for_standby()
        pair.primary.kill()
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(url, target_session_attrs="read-write")
        pair.promote()
        with psycopg.connect(url, target_session_attrs="read-write", autocommit=True) as connection:
            connection.execute("INSERT INTO numbers VALUES (2)")
            assert connection.execute("SELECT number FROM numbers ORDER BY 1").fetchall() == [(1,), (2,)]

"""What keeps a server from opening the database that `DATABASE` names: one clear word, and never the password."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from hero_assistance_sdk.errors import SettingError
from hero_assistance_server.storage.errors import DatabaseTooNew, DatabaseUnusable, StoreUnavailable
from hero_assistance_server.storage.postgres import opening
from hero_assistance_server.storage.postgres.database.connection import PostgresConnection, read_url
from hero_assistance_server.storage.postgres.database.old_primaries import list_orders
from hero_assistance_server.storage.postgres.opening import check_database, open_up_to_date
from hero_assistance_server.storage.postgres.report import report_database
from tests.postgres import Cluster, name_of
from tests.server.postgres.daemons import refused

NOW = datetime(2026, 11, 28, tzinfo=UTC)
SECRET = "s3cr3t-of-the-database"  # noqa: S105


@pytest.fixture
def strict_url(postgres_cluster: Cluster, postgres_url: str) -> str:
    """The address of the database for a user whose password is asked for, and is not the one in it."""
    # A rule for this user alone, before those for all.
    rules = postgres_cluster.folder / "data" / "pg_hba.conf"
    if "strict" not in rules.read_text():
        rules.write_text("local all strict scram-sha-256\n" + rules.read_text())
        postgres_cluster.execute("CREATE ROLE strict LOGIN PASSWORD 'another'")
        postgres_cluster.execute("SELECT pg_reload_conf()")
    return postgres_url.replace("desk@", f"strict:{SECRET}@")


@pytest.mark.parametrize(
    "url",
    [
        f"mysql://desk:{SECRET}@host/desk",
        f"postgresql://desk:{SECRET}%zz@host/desk",
        f"postgresql://desk:{SECRET}@[host/desk",
        f"postgresql://desk:{SECRET}@host/desk?{SECRET}=1",
        f"host=host password={SECRET}",
        SECRET,
    ],
)
def test_what_is_no_url_is_refused_without_being_quoted(url: str) -> None:
    with pytest.raises(SettingError, match="DATABASE is no URL of a PostgreSQL") as caught:
        read_url(url)
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None
    assert "postgresql://USER:PASSWORD@HOST/DATABASE" in (caught.value.hint or "")


def test_the_host_that_takes_writes_is_chosen() -> None:
    """Also of one name, which may lead to several addresses."""
    assert read_url("postgresql://one/desk")["target_session_attrs"] == "read-write"
    assert read_url("postgresql://one,two:5433/desk")["target_session_attrs"] == "read-write"
    assert read_url("postgresql://one,two/desk?target_session_attrs=primary")["target_session_attrs"] == "primary"


def test_each_host_is_the_first_once() -> None:
    several = read_url("postgresql://desk@one:1,two:2,three:3/desk?target_session_attrs=any")
    found = [(order["host"], order["port"]) for order in list_orders(several)]
    assert found == [("one,two,three", "1,2,3"), ("two,three,one", "2,3,1"), ("three,one,two", "3,1,2")]
    assert {order["target_session_attrs"] for order in list_orders(several)} == {"any"}
    sockets = read_url("postgresql:///desk?host=/one,/two&port=5433")
    assert [(order["host"], order["port"]) for order in list_orders(sockets)] == [
        ("/one,/two", "5433"),
        ("/two,/one", "5433"),
    ]
    assert len(list_orders(read_url("postgresql://one/desk"))) == 1


def test_hosts_that_are_away_are_passed_by(postgres_cluster: Cluster, postgres_url: str) -> None:
    database = name_of(postgres_url)
    check_database(f"postgresql://desk@/{database}?host=/nowhere,{postgres_cluster.folder}")


def test_an_older_postgresql_is_refused(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "OLDEST_MAJOR", 99)
    with pytest.raises(DatabaseUnusable, match=r"is PostgreSQL \d\d; this release needs 99 or newer"):
        check_database(postgres_url)


def test_another_encoding_is_refused(postgres_cluster: Cluster) -> None:
    postgres_cluster.execute("DROP DATABASE IF EXISTS latin")
    postgres_cluster.execute("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    with pytest.raises(DatabaseUnusable, match="encoding LATIN1"):
        check_database(postgres_cluster.url_of("latin"))


def test_a_newer_database_is_refused_before_it_is_opened(postgres_url: str) -> None:
    check_database(postgres_url)
    with psycopg.connect(postgres_url) as connection:
        connection.execute("INSERT INTO hero_assistance.versions VALUES (9999, '9999_later.sql')")
    with pytest.raises(DatabaseTooNew, match="version 9999"):
        check_database(postgres_url)


def test_an_empty_database_passes_the_check_and_stays_empty(postgres_cluster: Cluster) -> None:
    url = postgres_cluster.create_database()
    check_database(url)
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'hero_assistance'").fetchone()
    assert found == (0,)


def test_a_user_without_rights_is_told_which(postgres_cluster: Cluster) -> None:
    url = postgres_cluster.create_database()
    postgres_cluster.execute("DROP ROLE IF EXISTS guest")
    postgres_cluster.execute("CREATE ROLE guest LOGIN")
    with pytest.raises(StoreUnavailable, match="too few rights") as caught:
        open_up_to_date(url.replace("desk@", "guest@"), NOW)
    assert "OWNER" in (caught.value.hint or "")


def test_a_database_that_takes_no_writes_is_named(postgres_cluster: Cluster) -> None:
    url = postgres_cluster.create_database()
    name = name_of(url)
    postgres_cluster.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    for open_it in (check_database, report_database, lambda url: open_up_to_date(url, NOW)):
        with pytest.raises(StoreUnavailable, match="it takes no writes: default_transaction_read_only is on") as caught:
            open_it(url)
        assert "switch that setting off" in (caught.value.hint or "")


def test_a_database_that_begins_to_take_writes_is_not_said_to_take_none(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def connect(url: str, *, takes_writes: bool = True) -> PostgresConnection:
        if takes_writes:
            raise psycopg.OperationalError("the database system is starting up")
        return PostgresConnection(url)

    monkeypatch.setattr(opening, "PostgresConnection", connect)
    with pytest.raises(StoreUnavailable, match="the database system is starting up"):
        check_database(postgres_url)


@pytest.mark.parametrize("function", ["pg_control_system()", "pg_current_wal_lsn()"])
def test_a_database_that_hides_its_timeline_is_named(postgres_cluster: Cluster, function: str) -> None:
    url = postgres_cluster.create_database()
    postgres_cluster.execute("DROP ROLE IF EXISTS outsider")
    postgres_cluster.execute("CREATE ROLE outsider LOGIN")
    postgres_cluster.execute(f"REVOKE EXECUTE ON FUNCTION {function} FROM PUBLIC", name_of(url))
    for open_it in (check_database, report_database, lambda url: open_up_to_date(url, NOW)):
        with pytest.raises(StoreUnavailable, match="does not tell this user its timeline") as caught:
            open_it(url.replace("desk@", "outsider@"))
        assert "GRANT EXECUTE ON FUNCTION" in (caught.value.hint or "")


@pytest.mark.anyio
async def test_a_wrong_password_ends_the_server_with_one_word(hero_env: dict[str, str], strict_url: str) -> None:
    log = await refused(hero_env, strict_url)
    assert "the database cannot be opened: " in log
    assert 'password authentication failed for user "strict"' in log
    assert "hero_assistance secret get DATABASE" in log
    assert SECRET not in log


@pytest.mark.anyio
async def test_a_database_that_is_away_ends_the_server_with_one_word(hero_env: dict[str, str]) -> None:
    log = await refused(hero_env, f"postgresql://desk:{SECRET}@/desk?host=/nowhere")
    assert "the database cannot be opened: " in log
    assert "/nowhere" in log
    assert SECRET not in log


@pytest.mark.anyio
async def test_a_wrong_url_ends_the_server_with_one_word(hero_env: dict[str, str]) -> None:
    log = await refused(hero_env, f"mysql://desk:{SECRET}@host/desk", expected=2)
    assert "DATABASE is no URL of a PostgreSQL" in log
    assert SECRET not in log


@pytest.mark.anyio
async def test_a_replica_of_a_desk_on_postgresql_is_refused(hero_env: dict[str, str], postgres_url: str) -> None:
    log = await refused(hero_env, postgres_url, "--auth-mode", "dev", "--replicated")
    assert "Litestream copies SQLite alone" in log
    assert "hero_assistance replicate remove" in log

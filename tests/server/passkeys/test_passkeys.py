"""Passkeys: made by users who are signed in, used to sign in, and refused wherever something is not right."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.passkeys import service
from tests.server.desk import OPERATOR, Desk, running
from tests.server.passkeys.authenticator import PRESENT, VERIFIED, Authenticator

pytestmark = pytest.mark.anyio

PAGE, ORIGIN, DOMAIN = "https://desk.example.org:8443/help/", "https://desk.example.org:8443", "desk.example.org"


@asynccontextmanager
async def served(paths: Paths, page: str = PAGE) -> AsyncIterator[Desk]:
    """A server in hero mode whose page has an address, with the customers carol and dave, who have logins."""
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        for name in ("carol", "dave"):
            await desk.call("user.enrol", OPERATOR, email=f"{name}@example.org", name=name.title(), login=name)
        await desk.call("project.update", OPERATOR, page_address=page)
        yield desk


@pytest.fixture
def key() -> Authenticator:
    return Authenticator(ORIGIN, DOMAIN)


async def register(desk: Desk, key: Authenticator, user: str = "carol", **params: Any) -> dict[str, Any]:
    options = (await desk.call("auth.passkey_register_start", user))["options"]
    made: dict[str, Any] = await desk.call("auth.passkey_register_finish", user, credential=key.make(options), **params)
    return made


async def sign_in(desk: Desk, key: Authenticator) -> dict[str, Any]:
    options = (await desk.call("auth.passkey_start"))["options"]
    signed_in: dict[str, Any] = await desk.call("auth.passkey_finish", credential=key.sign(options))
    return signed_in


async def test_a_user_makes_one_and_signs_in_by_it(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        assert (await desk.call("project.info"))["sign_in"]["passkey"] is True
        made = await register(desk, key, name="my phone")
        assert (made["name"], made["last_used_at"]) == ("my phone", None)
        signed_in = await sign_in(desk, key)
        assert signed_in["user"]["user_id"] == "carol"
        request = {"jsonrpc": "2.0", "id": 1, "method": "user.me"}
        headers = {"x-hero-session": signed_in["session"]}
        answer = (await desk.http().post("/rpc", json=request, headers=headers)).json()
        assert answer["result"]["user_id"] == "carol"
        (listed,) = (await desk.call("auth.passkeys", "carol"))["passkeys"]
        assert (listed["passkey_id"], listed["last_used_at"] is None) == (made["passkey_id"], False)
        (session,) = (await desk.call("auth.sessions", "carol"))["sessions"]
        assert session["method"] == "passkey"
        actions = [entry["action"] for entry in (await desk.call("audit.list", OPERATOR))["entries"]]
    assert actions[:2] == ["auth.signed_in", "auth.passkey_added"]


async def test_what_the_browser_is_asked_with(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        made = await register(desk, key)
        asked = json.loads((await desk.call("auth.passkey_register_start", "carol"))["options"])
        other = json.loads((await desk.call("auth.passkey_register_start", "dave"))["options"])
        shown = json.loads((await desk.call("auth.passkey_start"))["options"])
    assert (asked["rp"], asked["user"]["name"]) == ({"id": DOMAIN, "name": "Support"}, "carol@example.org")
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert asked["authenticatorSelection"]["residentKey"] == "required"
    assert [one["id"] for one in asked["excludeCredentials"]] == [made["passkey_id"]]
    assert other["excludeCredentials"] == []
    assert "carol" not in asked["user"]["id"]
    assert asked["user"]["id"] != other["user"]["id"]
    assert (shown["rpId"], shown["userVerification"], shown.get("allowCredentials", [])) == (DOMAIN, "required", [])


LIES: dict[str, dict[str, Any]] = {
    "of another page": {"origin": "https://desk.example.org"},
    "of a page without TLS": {"origin": "http://desk.example.org:8443"},
    "of another domain": {"rp_id": "example.org"},
    "without its user's confirmation": {"flags": PRESENT},
    "without a touch": {"flags": VERIFIED},
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
async def test_what_is_refused_when_one_is_made_and_when_it_is_used(
    paths: Paths, key: Authenticator, lie: dict[str, Any]
) -> None:
    async with served(paths) as desk:
        await register(desk, key)
        liar = Authenticator(**{"origin": ORIGIN, "rp_id": DOMAIN, **lie})
        with pytest.raises(RpcFailure) as refused:
            await register(desk, liar)
        assert refused.value.remote_reason == "passkey-refused"
        for name, value in lie.items():
            setattr(key, name, value)
        with pytest.raises(RpcFailure) as refused:
            await sign_in(desk, key)
        assert refused.value.remote_reason == "passkey-refused"
        assert (await desk.call("auth.sessions", "carol"))["sessions"] == []


async def test_another_key_under_the_same_id(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        await register(desk, key)
        key.key = ec.generate_private_key(ec.SECP256R1())
        with pytest.raises(RpcFailure, match="the answer of the passkey is refused"):
            await sign_in(desk, key)
        with pytest.raises(RpcFailure, match="known already"):
            await register(desk, key, "dave")


async def test_a_copied_key_is_noticed_by_its_count(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        await register(desk, key)
        await sign_in(desk, key)
        key.count = 0
        with pytest.raises(RpcFailure, match="the answer of the passkey is refused"):
            await sign_in(desk, key)


async def test_a_key_that_does_not_count(paths: Paths, key: Authenticator) -> None:
    key.counts = False
    async with served(paths) as desk:
        await register(desk, key)
        for _ in range(2):
            assert (await sign_in(desk, key))["user"]["user_id"] == "carol"


async def test_an_answer_counts_once_and_for_its_purpose(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        await register(desk, key)
        options = (await desk.call("auth.passkey_start"))["options"]
        answer = key.sign(options)
        await desk.call("auth.passkey_finish", credential=answer)
        with pytest.raises(RpcFailure, match="this challenge is used"):
            await desk.call("auth.passkey_finish", credential=answer)
        # What one user began no other finishes, and what began a sign-in makes no passkey.
        other = Authenticator(ORIGIN, DOMAIN)
        begun = (await desk.call("auth.passkey_register_start", "carol"))["options"]
        with pytest.raises(RpcFailure, match="not made here, or for something else"):
            await desk.call("auth.passkey_register_finish", "dave", credential=other.make(begun))
        with pytest.raises(RpcFailure, match="not made here, or for something else"):
            await desk.call("auth.passkey_finish", credential=key.sign(begun))
        forged = json.dumps({"challenge": "A" * 75})
        with pytest.raises(RpcFailure, match="not made here, or for something else"):
            await desk.call("auth.passkey_finish", credential=key.sign(forged))


async def test_a_passkey_of_another_user_is_not_believed(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        await register(desk, key)
        key.handle = b"another"
        with pytest.raises(RpcFailure, match="another user's"):
            await sign_in(desk, key)


@pytest.mark.parametrize(
    "credential",
    [
        *("{}", "[]", "null", "no json", '{"response": 1}', '{"response": {"clientDataJSON": "!"}}', "[" * 5000),
        '{"id": "A", "response": {"clientDataJSON": "e30"}}',
        '{"id": "A", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAxfQ"}}',
    ],
    ids=range(9),
)
async def test_what_is_no_answer_of_a_passkey(paths: Paths, credential: str) -> None:
    async with served(paths) as desk:
        for method, user in (("auth.passkey_finish", None), ("auth.passkey_register_finish", "carol")):
            with pytest.raises(RpcFailure) as refused:
                await desk.call(method, user, credential=credential)
            assert refused.value.remote_reason == "passkey-refused"


@pytest.mark.parametrize("field", ["attestationObject", "clientDataJSON"])
async def test_a_damaged_answer(paths: Paths, key: Authenticator, field: str) -> None:
    async with served(paths) as desk:
        for cut in (0, 4, 40, 100, 180):
            options = (await desk.call("auth.passkey_register_start", "carol"))["options"]
            made = json.loads(key.make(options))
            made["response"][field] = made["response"][field][:cut]
            with pytest.raises(RpcFailure) as refused:
                await desk.call("auth.passkey_register_finish", "carol", credential=json.dumps(made))
            assert refused.value.remote_reason in {"passkey-refused", "forbidden"}


async def test_who_sees_and_removes_them(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        made = await register(desk, key)
        passkey_id = made["passkey_id"]
        with pytest.raises(RpcFailure, match="others' passkeys are for admins"):
            await desk.call("auth.passkeys", "dave", user_id="carol")
        assert await desk.call("auth.passkey_remove", "dave", passkey_id=passkey_id) is False
        assert len((await desk.call("auth.passkeys", OPERATOR, user_id="carol"))["passkeys"]) == 1
        assert await desk.call("auth.passkey_remove", "carol", passkey_id=passkey_id) is True
        assert await desk.call("auth.passkey_remove", "carol", passkey_id=passkey_id) is False
        with pytest.raises(RpcFailure, match="not known here"):
            await sign_in(desk, key)


async def test_who_is_deactivated_stays_out(paths: Paths, key: Authenticator) -> None:
    async with served(paths) as desk:
        await register(desk, key)
        # Neither now nor once they are activated again.
        for method in ("user.deactivate", "user.reactivate"):
            await desk.call(method, OPERATOR, user_id="carol")
            with pytest.raises(RpcFailure, match="this passkey is not known here"):
                await sign_in(desk, key)


async def test_there_are_not_too_many(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PASSKEYS_LIMIT", 2)
    async with served(paths) as desk:
        for _ in range(2):
            await register(desk, Authenticator(ORIGIN, DOMAIN))
        with pytest.raises(RpcFailure, match="there are 2 passkeys already"):
            await register(desk, Authenticator(ORIGIN, DOMAIN))


@pytest.mark.parametrize("page", ["", "http://desk.example.org/", "https://[400::1]/", "http://127.0.0.1:9771/"])
async def test_where_browsers_make_none(paths: Paths, page: str) -> None:
    async with served(paths, page) as desk:
        assert (await desk.call("project.info"))["sign_in"]["passkey"] is False
        for method, user in (("auth.passkey_start", None), ("auth.passkey_register_start", "carol")):
            with pytest.raises(RpcFailure, match="passkeys need a page with a domain name and TLS"):
                await desk.call(method, user)

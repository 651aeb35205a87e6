"""Signing in by an OpenID provider, against real ones over HTTP."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import oidc_provider_mock  # type: ignore[import-untyped]
import pytest
from joserfc.jwk import RSAKey

from hero_assistance_sdk.hero_proc.settings import DaemonSettings
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_sdk.wire import Role
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.jobs.settings_watch import SettingsWatch
from tests.server.desk import OPERATOR, Desk, running
from tests.server.oidc.providers import (
    CLIENT,
    PAGE,
    REDIRECT,
    SECRET,
    Crafted,
    crafted,
    query_of,
    settings_for,
    sign_in_at,
    sign_with_secret,
)

pytestmark = pytest.mark.anyio

CLAIMS = {"email": "Erin@example.org", "email_verified": True, "name": "Erin Example"}


@pytest.fixture
def set_provider(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Has the server, started before or after, read these settings."""
    known = [DaemonSettings()]
    monkeypatch.setattr(SettingsWatch, "current", lambda _watch: known[-1])
    return known.append


@asynccontextmanager
async def served(paths: Paths, page: str = PAGE) -> AsyncIterator[Desk]:
    """A server in hero mode whose page has an address; carol is a customer, bob an agent."""
    async with running(paths, mode=AuthMode.HERO, seed=False) as desk:
        for name, role in (("carol", Role.CUSTOMER), ("bob", Role.AGENT)):
            await desk.call("user.add", OPERATOR, email=f"{name}@example.org", name=name.title(), role=role.value)
        await desk.call("project.update", OPERATOR, page_address=page)
        yield desk


async def start(desk: Desk) -> dict[str, str]:
    found: dict[str, str] = await desk.call("auth.oidc_start")
    return found


async def finish(desk: Desk, begun: dict[str, str], **params: Any) -> dict[str, Any]:
    asked = {"code": "c", "state": query_of(begun["url"])["state"], "cookie": begun["cookie"]} | params
    signed_in: dict[str, Any] = await desk.call("auth.oidc_finish", **asked)
    return signed_in


async def sign_in(desk: Desk, provider: Crafted) -> dict[str, Any]:
    """Sign in at the crafted provider, which knows the nonce of each sign-in."""
    begun = await start(desk)
    provider.nonce = query_of(begun["url"])["nonce"]
    return await finish(desk, begun)


async def me(desk: Desk, session: str) -> dict[str, Any]:
    """Who the session is."""
    request = {"jsonrpc": "2.0", "id": 1, "method": "user.me"}
    answer = (await desk.http().post("/rpc", json=request, headers={"x-hero-session": session})).json()
    found: dict[str, Any] = answer["result"]
    return found


async def test_a_new_customer_by_a_provider_of_a_library(paths: Paths, set_provider: Any) -> None:
    users = [oidc_provider_mock.User(sub="erin", claims=CLAIMS)]
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=users) as provider:
        issuer = f"http://localhost:{provider.server_port}"
        set_provider(settings_for(issuer))
        async with served(paths) as desk:
            assert (await desk.call("project.info"))["sign_in"]["oidc"] == ["localhost"]
            ids = []
            for _ in range(2):
                begun = await start(desk)
                back = await sign_in_at(begun["url"], "erin")
                signed_in = await finish(desk, begun, code=back["code"], state=back["state"])
                assert (await me(desk, signed_in["session"]))["user_id"] == signed_in["user"]["user_id"]
                ids.append(signed_in["user"]["user_id"])
            with pytest.raises(RpcFailure, match="used or too old"):
                await finish(desk, begun, code=back["code"], state=back["state"])
            user = signed_in["user"]
            actions = [entry["action"] for entry in (await desk.call("audit.list", OPERATOR))["entries"]]
    assert ids == ["erin-example", "erin-example"]
    assert (user["role"], user["email"], user["name"]) == ("customer", "erin@example.org", "Erin Example")
    assert actions[:4] == ["auth.signed_in", "auth.signed_in", "auth.oidc_bound", "user.enrolled"]


async def test_where_the_browser_is_sent(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        begun, other = await start(desk), await start(desk)
        provider.nonce = query_of(begun["url"])["nonce"]
        await finish(desk, begun)
    asked = query_of(begun["url"])
    assert begun["url"].startswith(provider.receiver.url("/authorize?"))
    assert (asked["redirect_uri"], asked["client_id"], asked["response_type"]) == (REDIRECT, CLIENT, "code")
    assert asked["scope"].split() == ["openid", "email", "profile"]
    (exchange,) = provider.asked
    digest = hashlib.sha256(exchange["code_verifier"].encode()).digest()
    assert (asked["code_challenge_method"], asked["code_challenge"]) == (
        "S256",
        urlsafe_b64encode(digest).rstrip(b"=").decode(),
    )
    assert exchange["headers"]["authorization"].startswith("Basic ")
    # Nothing of the cookie goes through the address, and two sign-ins have nothing in common.
    assert begun["cookie"] not in begun["url"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[name] != query_of(other["url"])[name]


async def test_known_users_are_found_by_their_verified_address(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        assert (await sign_in(desk, provider))["user"]["user_id"] == "carol"
        # From now on the subject says who it is, also with another address.
        provider.claims = {"email": "bob@example.org"}
        assert (await sign_in(desk, provider))["user"]["user_id"] == "carol"


async def test_an_address_that_was_given_to_another_person_gives_no_account(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        await sign_in(desk, provider)
        provider.claims = {"sub": "another"}
        with pytest.raises(RpcFailure, match="another user of the provider signs in as carol"):
            await sign_in(desk, provider)
        assert await desk.call("user.unbind_oidc", OPERATOR, user_id="carol") is True
        assert await desk.call("user.unbind_oidc", OPERATOR, user_id="carol") is False
        assert (await sign_in(desk, provider))["user"]["user_id"] == "carol"


NOW = 1_700_000_000
REFUSED: dict[str, dict[str, Any]] = {
    "for another desk": {"aud": "another"},
    "for others too": {"aud": [CLIENT, "another"]},
    "of another provider": {"iss": "https://login.example.org"},
    "of another sign-in": {"nonce": "another"},
    "of no sign-in": {"nonce": None},
    "too old": {"iat": NOW, "exp": NOW + 300},
    "without an end": {"exp": None},
    "of no user": {"sub": None},
    "of a user without a name": {"sub": ""},
    "of a user that is no text": {"sub": 7},
    "of an address that is not verified": {"email_verified": False},
    "of an address that nothing says of": {"email_verified": None},
    "of an address verified by a number": {"email_verified": 2},
    "without an address": {"email": None},
}


@pytest.mark.parametrize("claims", REFUSED.values(), ids=REFUSED)
async def test_a_token_that_is_refused(paths: Paths, set_provider: Any, claims: dict[str, Any]) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        provider.claims = claims
        with pytest.raises(RpcFailure) as refused:
            await sign_in(desk, provider)
        assert refused.value.remote_reason in {"token-refused", "forbidden"}
        assert (await desk.call("auth.sessions", OPERATOR, user_id="carol"))["sessions"] == []


def unsigned(claims: dict[str, Any]) -> str:
    header, body = (urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in ({"alg": "none"}, claims))
    return f"{header.decode()}.{body.decode()}."


@pytest.mark.parametrize("sign", [unsigned, sign_with_secret, lambda _claims: "no.token.at-all", lambda _claims: ""])
async def test_a_token_that_the_providers_key_did_not_sign(paths: Paths, set_provider: Any, sign: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        provider.sign = sign
        provider.document = {"id_token_signing_alg_values_supported": ["none", "HS256", "RS256"]}
        with pytest.raises(RpcFailure, match="token is refused"):
            await sign_in(desk, provider)


async def test_a_token_by_another_key_of_the_same_name(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        provider.published = [RSAKey.generate_key(2048, {"kid": "one"})]
        with pytest.raises(RpcFailure, match="token is refused"):
            await sign_in(desk, provider)


async def test_a_code_counts_only_at_the_browser_that_asked_for_it(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        begun, other = await start(desk), await start(desk)
        provider.nonce = query_of(begun["url"])["nonce"]
        for wrong in (
            {"cookie": other["cookie"]},
            {"state": query_of(other["url"])["state"]},
            {"state": ""},
            {"cookie": "guessed"},
            {"cookie": begun["cookie"][:-1]},
        ):
            with pytest.raises(RpcFailure) as refused:
                await finish(desk, begun, **wrong)
            assert refused.value.remote_reason in {"forbidden", "invalid-params"}
        assert provider.asked == []
        assert (await finish(desk, begun))["user"]["user_id"] == "carol"


async def test_who_is_deactivated_stays_out(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        await sign_in(desk, provider)
        await desk.call("user.deactivate", OPERATOR, user_id="carol")
        with pytest.raises(RpcFailure, match="carol is deactivated"):
            await sign_in(desk, provider)


async def test_where_no_newcomers_are_taken(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        await desk.call("project.update", OPERATOR, enrol_newcomers=False)
        provider.claims = {"email": "new@example.org", "name": None}
        with pytest.raises(RpcFailure, match="is no user of this project"):
            await sign_in(desk, provider)
        await desk.call("project.update", OPERATOR, enrol_newcomers=True)
        assert (await sign_in(desk, provider))["user"]["name"] == "new"


async def test_an_address_that_only_userinfo_tells(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        provider.claims = {"email": None, "email_verified": None}
        provider.userinfo = {"sub": "another", "email": "bob@example.org", "email_verified": True}
        with pytest.raises(RpcFailure, match="has not verified your e-mail address"):
            await sign_in(desk, provider)
        provider.userinfo["sub"] = "248289761001"
        assert (await sign_in(desk, provider))["user"]["user_id"] == "bob"


async def test_a_public_client_sends_no_secret(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer, secret=None))
        await sign_in(desk, provider)
        assert provider.asked[0]["client_id"] == CLIENT
        set_provider(settings_for(provider.issuer))
        provider.document = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        await sign_in(desk, provider)
        assert provider.asked[1]["client_secret"] == SECRET
    assert not any("authorization" in asked["headers"] for asked in provider.asked)


@pytest.mark.parametrize(
    "document",
    [
        {"issuer": "https://login.example.org"},
        {"token_endpoint": "http://login.example.org/token"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
)
async def test_a_provider_that_names_what_is_not_safe(paths: Paths, set_provider: Any, document: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        provider.document = document
        with pytest.raises(RpcFailure):
            await start(desk)


async def test_without_a_provider_or_an_address_of_the_page(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths, page="") as desk:
        with pytest.raises(RpcFailure, match="no OpenID provider is set"):
            await start(desk)
        set_provider(settings_for("http://login.example.org"))
        with pytest.raises(RpcFailure, match="no OpenID provider can be asked"):
            await start(desk)
        set_provider(settings_for(provider.issuer))
        with pytest.raises(RpcFailure, match="the page has no address"):
            await start(desk)
        assert (await desk.call("project.info"))["sign_in"]["oidc"] == []


async def test_a_provider_that_is_not_there(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider:
        gone = provider.issuer
    set_provider(settings_for(gone))
    async with served(paths) as desk:
        with pytest.raises(RpcFailure, match="the provider cannot be asked"):
            await start(desk)

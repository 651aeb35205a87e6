"""How often strangers can have a provider asked, and who of it is whose when its address is written in another way."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.errors import RpcFailure
from hero_assistance_server.identity.authentication import AuthMode
from hero_assistance_server.identity.oidc import provider as provider_module
from tests.limits import NO_RATES
from tests.server.desk import OPERATOR, running
from tests.server.oidc.providers import PAGE, Crafted, crafted, settings_for
from tests.server.oidc.test_sign_in import served, set_provider, sign_in, start
from tests.server.outgoing_http.receiver import Received, answer
from tests.server.signing_in import at, reason

pytestmark = pytest.mark.anyio
__all__ = ["set_provider"]


def break_provider(provider: Crafted) -> list[str]:
    """Let a provider fail; returns what it is asked."""
    asked: list[str] = []

    def says(request: Received) -> bytes:
        asked.append(request.line)
        return answer(500)

    provider.receiver.says = says
    return asked


async def test_a_provider_that_fails_is_not_asked_by_each_stranger(
    paths: Paths, set_provider: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        asked = break_provider(provider)
        for _ in range(5):
            with pytest.raises(RpcFailure, match="the provider answers something else than documented"):
                await start(desk)
        assert len(asked) == 1
        # It is asked again once it may have been mended, and it is used from then on.
        monkeypatch.setattr(provider_module, "FAILED_FOR_S", 0.0)
        set_provider(settings_for(provider.issuer, "another secret"))
        with pytest.raises(RpcFailure):
            await start(desk)
        provider.receiver.says = provider.says
        assert (await start(desk))["url"].startswith(provider.issuer)


async def test_a_stranger_begins_so_many_sign_ins(paths: Paths, set_provider: Any) -> None:
    limits = replace(NO_RATES, sign_ins_per_hour_per_peer=2)
    async with crafted() as provider, running(paths, mode=AuthMode.HERO, seed=False, limits=limits) as desk:
        set_provider(settings_for(provider.issuer))
        await desk.call("project.update", OPERATOR, page_address=PAGE)
        stranger, user = at("203.0.113.9"), at("198.51.100.7")
        assert [await reason(desk, "auth.oidc_start", stranger) for _ in range(3)] == [None, None, "too-often"]
        assert await reason(desk, "auth.oidc_start", user) is None


async def test_an_issuer_is_one_with_a_slash_at_its_end_and_without(paths: Paths, set_provider: Any) -> None:
    async with crafted() as provider, served(paths) as desk:
        set_provider(settings_for(provider.issuer))
        first = await sign_in(desk, provider)
        # What the provider says of the address may have changed since: the subject counts.
        provider.claims = {"email": "another@example.org"}
        set_provider(settings_for(f"{provider.issuer}/"))
        again = await sign_in(desk, provider)
    assert again["user"] == first["user"]

"""What tests of signing in have in common: calls with given headers, and what a user is mailed."""

from __future__ import annotations

import re
from typing import Any

from hero_assistance_sdk.rpc.client import JSON_HEADERS, decode_answer, encode_request
from hero_assistance_sdk.rpc.errors import RpcFailure
from tests.server.desk import OPERATOR, Desk

EMAIL = "carol@example.org"
PAGE = "https://desk.example.org"


async def ask(desk: Desk, method: str, headers: dict[str, str], /, **params: Any) -> Any:
    """Call with these headers; raises `RpcFailure`."""
    response = await desk.http().post(
        "/rpc", content=encode_request(method, params), headers={**JSON_HEADERS, **headers}
    )
    return decode_answer("desk", response.status_code, response.content)


async def reason(desk: Desk, method: str, headers: dict[str, str], /, **params: Any) -> str | None:
    """Why a call is refused; `None` where it is not."""
    try:
        await ask(desk, method, headers, **params)
    except RpcFailure as error:
        return error.remote_reason
    return None


def at(address: str) -> dict[str, str]:
    """The headers of a caller of the page at an address."""
    return {"x-hero-assistance-page": f"ui {address}"}


async def set_up(desk: Desk) -> None:
    """Give an empty desk a page, an admin and a customer."""
    await desk.call("project.update", OPERATOR, page_address=f"{PAGE}/")
    await desk.call("user.add", OPERATOR, email="alice@example.org", role="admin")
    await desk.call("user.add", OPERATOR, email=EMAIL)


async def hand_over(desk: Desk, email: str = EMAIL) -> dict[str, Any]:
    """The link and the code that the operator hands over."""
    found: dict[str, Any] = await desk.call("user.link", OPERATOR, email=email)
    return found


def token_of(link: str) -> str:
    """The token in a link."""
    page, _, token = link.partition("/sign-in/link?token=")
    assert page == PAGE
    return token


def list_letters(desk: Desk) -> list[str]:
    """The texts of the letters in the folder, in no order."""
    return [path.read_text() for path in desk.paths.mail.glob("*.eml")]


def list_codes(desk: Desk) -> list[str]:
    """The codes of these letters."""
    found = (re.search(r"enter this code: (\d{6})", letter, re.IGNORECASE) for letter in list_letters(desk))
    return [one[1] for one in found if one]

"""The language of a page: what the browser has chosen or accepts, in the document and in what the daemon writes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from starlette.requests import Request

from hero_assistance_ui.preferences.languages import Language, Languages, parse_accepted
from tests.ui.daemons import Desk, http

FRONTEND = Path(__file__).resolve().parents[2] / "packages" / "ui" / "frontend"


@pytest.fixture
def socket(dev_desk: Desk) -> Iterator[httpx2.Client]:
    with http(dev_desk.paths.socket("ui")) as client:
        yield client


def _asking(cookie: str | None = None, accepted: str | None = None) -> dict[str, str]:
    given = {"cookie": cookie, "accept-language": accepted}
    return {name: value for name, value in given.items() if value is not None}


def _request(headers: dict[str, str]) -> Request:
    return Request({"type": "http", "headers": [(name.encode(), value.encode()) for name, value in headers.items()]})


@pytest.mark.pure
@pytest.mark.parametrize(
    ("cookie", "accepted", "code"),
    [
        (None, None, "en"),
        (None, "", "en"),
        (None, "fr", "fr"),
        (None, "fr-CA, en;q=0.8", "fr"),
        (None, "FR-ca;q=0.4, en;q=0.8", "en"),
        (None, "de, fr;q=0.5, en;q=0.4", "fr"),
        (None, "de, ja", "en"),
        (None, "en, fr", "en"),
        (None, "fr;q=0, en", "en"),
        (None, "fr;q=nan, en;q=0.1", "en"),
        (None, "fr;level=1", "en"),
        (None, ";;;,,q=1,*", "en"),
        (None, "qps", "en"),
        ("hero_language=en", "fr", "en"),
        ("a=b; hero_language=fr", "en", "fr"),
        ("hero_language=qps", "fr", "qps"),
        ("hero_language=xx", "fr", "fr"),
        ("hero_language=xx; hero_language=fr", "en", "fr"),
        ("hero_language=", "fr", "fr"),
    ],
)
def test_the_cookie_counts_then_what_the_browser_accepts(cookie: str | None, accepted: str | None, code: str) -> None:
    languages = Languages({name: Language(name) for name in ("fr", "qps")})
    assert languages.choose(_request(_asking(cookie, accepted))).code == code


@pytest.mark.pure
def test_a_header_of_a_thousand_languages_is_not_read_to_its_end() -> None:
    assert len(parse_accepted(",".join(["de"] * 1_000))) == 50


@pytest.mark.pure
def test_a_text_has_its_values_in_every_language() -> None:
    french = Language("fr", words={"Open: {why}.": "Ouvert : {why}."})
    assert french.translate("Open: {why}.", {"why": "{x}"}) == "Ouvert : {x}."
    assert french.translate("Not there: {why}", {"why": 1}) == "Not there: 1"


def _document(socket: httpx2.Client, **given: str) -> str:
    return socket.get("/", headers=_asking(**given)).text


def test_the_document_says_its_language_and_loads_its_words_first(socket: httpx2.Client) -> None:
    english, french = _document(socket), _document(socket, accepted="fr")
    assert '<html lang="en" dir="ltr"' in english
    assert '<html lang="fr" dir="ltr"' in french
    (words, page) = re.findall(r'<script type="module" src="(static/[^"]+)"', french)
    assert re.findall(r'<script type="module" src="(static/[^"]+)"', english) == [page]
    script = socket.get(f"/{words}")
    assert "immutable" in script.headers["cache-control"]
    assert '"New ticket":"Nouveau ticket"' in script.text
    assert "a besoin de JavaScript" in french


def test_a_language_from_right_to_left_says_so(socket: httpx2.Client) -> None:
    assert '<html lang="en-x-qps" dir="rtl"' in _document(socket, cookie="hero_language=qps")


def test_the_words_of_the_daemon_are_not_in_the_script_of_the_page(socket: httpx2.Client) -> None:
    (words, _page) = re.findall(r'<script type="module" src="(static/[^"]+)"', _document(socket, accepted="fr"))
    assert "Ne plus recevoir" not in socket.get(f"/{words}").text
    assert socket.get("/static/words.json").status_code == 404


def test_a_page_without_script_is_in_the_language_too(hero_desk: Desk) -> None:
    with http(hero_desk.paths.socket("ui")) as client:
        french = client.get("/unsubscribe?token=t", headers=_asking(accepted="fr-BE"))
        english = client.get("/unsubscribe?token=t")
        incomplete = client.get("/unsubscribe", headers=_asking(cookie="hero_language=fr"))
    assert '<html lang="fr" dir="ltr"' in french.text
    assert "Ne plus recevoir ces courriels" in french.text
    assert "Do you want no more of these mails?" in english.text
    assert "Ce lien n’est pas complet" in incomplete.text


def test_where_users_do_not_sign_in_that_is_said_in_their_language(socket: httpx2.Client) -> None:
    answer = socket.get("/sign-in/link?token=t", headers=_asking(accepted="fr"))
    assert "Choisissez un utilisateur de démonstration en haut de la page." in answer.text


def test_dates_and_names_are_in_the_language_of_the_page_and_not_of_the_browser() -> None:
    browsers = re.compile(r"\bIntl\.\w+\(undefined\b|\.toLocale\w*String\((?:undefined\b|\))")
    sources = [path for path in FRONTEND.rglob("*.ts*") if ".test." not in path.name]
    assert len(sources) > 100
    assert [path.name for path in sources if browsers.search(path.read_text("utf-8"))] == []

"""Passkeys and providers in a real browser: from an empty desk to people who sign in without a mail."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import oidc_provider_mock  # type: ignore[import-untyped]
import pytest
from playwright.sync_api import Page, expect

from tests.browser.axe import DESK, PHONE, find_faults, look_as
from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_sign_in import menu, operate
from tests.cli.test_commands import run
from tests.trust.harness import Supervised, supervised
from tests.ui.daemons import Desk, desk, eventually, plain_environment

Visit = Callable[..., Visitor]
NAME = "Bridge repairs"
BOB = {"email": "bob@example.org", "email_verified": True, "name": "Bob Builder"}
EVE = {"email": "eve@example.org", "email_verified": False, "name": "Eve"}


@dataclass
class Empty:
    """A desk without users, whose page is at `address`, and its OpenID provider."""

    desk: Desk
    supervisor: Supervised
    address: str

    def operate(self, *words: str) -> Any:
        """Run a command of the operator, and return the JSON that it prints."""
        done = run(*words, "--json", env=self.desk.env)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def set_up(self) -> str:
        """Set the desk up; returns the link of its first admin."""
        link: str = self.operate("setup", "--admin", "ann@example.org", "--page", self.address, "--name", NAME)["link"]
        return link


@pytest.fixture
def provider() -> Iterator[str]:
    """The issuer of a provider that knows Bob, and Eve, whose address it has not verified."""
    users = [oidc_provider_mock.User(sub=sub, claims=claims) for sub, claims in (("bob", BOB), ("eve", EVE))]
    with oidc_provider_mock.run_server_in_thread(require_nonce=True, user_claims=users) as server:
        yield f"http://localhost:{server.server_port}"


@pytest.fixture
def empty(hero_root: Path, provider: str) -> Iterator[Empty]:
    """Supervisor, server and page in hero mode, without a proxy that says who is calling."""
    env = plain_environment(hero_root)
    with desk(hero_root, env, "hero") as made, supervised(made.paths, env) as supervisor:
        supervisor.start()
        for name, value in (("ISSUER", provider), ("CLIENT_ID", "desk"), ("CLIENT_SECRET", "between us")):
            supervisor.set(f"OIDC_{name}", value)
        made.start_server(is_empty=True)
        made.start_ui("--tcp", "127.0.0.1:0")
        port = made.tcp_of_ui().rpartition(":")[2]
        yield Empty(made, supervisor, f"http://localhost:{port}")


class Authenticator:
    """An authenticator of the browser of a page, as of a laptop with a fingerprint reader whose owner touches it."""

    def __init__(self, page: Page) -> None:
        self._devices = page.context.new_cdp_session(page)
        self._devices.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        added = self._devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        self._name = {"authenticatorId": added["authenticatorId"]}

    def confirm(self, *, is_known: bool) -> None:
        """Whether who touches it is its owner."""
        self._devices.send("WebAuthn.setUserVerified", {**self._name, "isUserVerified": is_known})

    def signatures(self) -> int:
        """How often its passkey has signed."""
        (credential,) = self._devices.send("WebAuthn.getCredentials", self._name)["credentials"]
        count: int = credential["signCount"]
        return count


def enter(empty: Empty, visit: Visit, **options: object) -> tuple[Visitor, Authenticator]:
    """Set the desk up; its admin opens their link in a browser with an authenticator."""
    ann = visit(empty.set_up(), **options)
    authenticator = Authenticator(ann.page)
    ann.page.get_by_role("button", name="Sign in").click()
    ann.live()
    return ann, authenticator


def add_passkey(person: Visitor) -> None:
    go_to(person.page, "#/devices")
    person.page.get_by_role("button", name="Add a passkey").click()
    expect(person.page.get_by_role("list", name="Passkeys").get_by_role("listitem")).to_have_count(1)


def ask_by_button(person: Visitor) -> None:
    """Make it a browser that offers no passkeys in fields: there the authenticator of a test signs by itself."""
    person.page.evaluate("PublicKeyCredential.isConditionalMediationAvailable = async () => false")


def sign_out(person: Visitor, name: str) -> None:
    menu(person.page, name)
    person.page.get_by_role("button", name="Sign out", exact=True).click()
    expect(person.heading("Sign in")).to_be_visible()


def at_provider(page: Page, provider: str, subject: str) -> None:
    """Sign in at the provider's own page."""
    page.wait_for_url(f"{provider}/**")
    page.locator("input[name=sub]").fill(subject)
    page.get_by_role("button", name="Authorize").click()


def test_from_setup_to_a_passkey_and_a_provider(empty: Empty, provider: str, visit: Visit) -> None:
    """The admin's link, a passkey, out, in by the passkey; then an agent by the provider, to the ticket they wanted."""
    ann = visit(empty.set_up())
    expect(ann.page.get_by_text(NAME)).to_be_visible()
    expect(ann.page).to_have_title(f"Sign in on this device · {NAME}")
    Authenticator(ann.page)
    ann.page.get_by_role("button", name="Sign in").click()
    ann.live()
    expect(ann.page.get_by_role("banner").get_by_text(NAME)).to_be_visible()
    expect(ann.page).to_have_title(NAME)
    add_passkey(ann)
    ask_by_button(ann)
    sign_out(ann, "ann")
    expect(ann.page.get_by_text(NAME)).to_be_visible()
    ann.page.get_by_role("button", name="Sign in with a passkey").click()
    ann.live()
    menu(ann.page, "ann")
    expect(ann.page.get_by_text("ann@example.org")).to_be_visible()
    ann.page.keyboard.press("Escape")
    ann.file("The bridge is out", "Since this morning")

    empty.operate("user", "add", "bob@example.org", "--role", "agent", "--name", "Bob")
    bob = visit(f"{empty.address}/#/tickets/hero_assistance/1")
    bob.page.get_by_role("button", name="Sign in with localhost").click()
    at_provider(bob.page, provider, "bob")
    bob.live()
    expect(bob.heading("The bridge is out")).to_be_visible()
    assert urlsplit(bob.page.url)[1:4] == (urlsplit(empty.address).netloc, "/", "")
    expect(bob.page.locator(".me-role")).to_have_text("Agent")
    bob.reply("On my way")
    expect(ann.message("On my way")).to_be_visible()
    names = {cookie["name"] for cookie in bob.page.context.cookies(empty.address)}
    assert names == {f"hero_session_{urlsplit(empty.address).port}"}


def test_a_passkey_that_is_removed_signs_in_no_more(empty: Empty, visit: Visit) -> None:
    ann, _ = enter(empty, visit)
    add_passkey(ann)
    ann.page.get_by_role("button", name="Add a passkey").click()
    expect(ann.page.get_by_role("alert")).to_contain_text("This device has a passkey of yours already")
    ann.page.get_by_role("button", name="Remove").click()
    expect(ann.page.get_by_text("You have no passkey yet.")).to_be_visible()
    ask_by_button(ann)
    sign_out(ann, "ann")
    ann.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(ann.page.get_by_role("alert")).to_contain_text("This passkey is not known here", ignore_case=True)


def test_the_browser_offers_passkeys_in_the_field_of_the_address(empty: Empty, visit: Visit) -> None:
    """A person picks one there; the authenticator of a test takes the only one at once."""
    ann, authenticator = enter(empty, visit)
    add_passkey(ann)
    before = authenticator.signatures()
    menu(ann.page, "ann")
    ann.page.get_by_role("button", name="Sign out", exact=True).click()
    eventually(lambda: authenticator.signatures() > before, "the passkey has signed")
    ann.live()


def test_who_cannot_confirm_is_not_let_in(empty: Empty, visit: Visit) -> None:
    """A passkey alone is not enough: its owner confirms it, by a finger or a PIN."""
    ann, authenticator = enter(empty, visit)
    add_passkey(ann)
    authenticator.confirm(is_known=False)
    sign_out(ann, "ann")
    ann.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(ann.page.get_by_text("No passkey was used.")).to_be_visible()
    expect(ann.heading("Sign in")).to_be_visible()


def test_who_has_no_passkey_goes_on_another_way(empty: Empty, visit: Visit) -> None:
    ann, _ = enter(empty, visit)
    sign_out(ann, "ann")
    ann.page.get_by_role("button", name="Sign in with a passkey").click()
    expect(ann.page.get_by_text("No passkey was used.")).to_be_visible()
    code = empty.operate("user", "link", "ann@example.org")["code"]
    ann.page.get_by_label("E-mail address").fill("ann@example.org")
    ann.page.get_by_role("button", name="Next").click()
    ann.page.get_by_label("Code of six digits").fill(code)
    ann.page.keyboard.press("Enter")
    ann.live()


def test_at_an_address_of_numbers_neither_is_offered(empty: Empty, visit: Visit) -> None:
    """Browsers make no passkeys there, and the provider sends browsers back to the page's own address."""
    empty.set_up()
    visitor = visit(empty.address.replace("localhost", "127.0.0.1"))
    link = visitor.page.get_by_role("link", name=urlsplit(empty.address).netloc)
    expect(link).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Sign in with")).to_have_count(0)
    link.click()
    expect(visitor.page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Sign in with localhost")).to_be_visible()


def test_who_stops_at_the_provider_can_go_on(empty: Empty, provider: str, visit: Visit) -> None:
    empty.set_up()
    visitor = visit(empty.address)
    visitor.page.get_by_role("button", name="Sign in with localhost").click()
    visitor.page.wait_for_url(f"{provider}/**")
    visitor.page.get_by_role("button", name="Deny").click()
    expect(visitor.heading("The sign-in was stopped at the provider")).to_be_visible()
    visitor.page.get_by_role("link", name="Back to signing in").click()
    expect(visitor.heading("Sign in")).to_be_visible()
    visitor.page.get_by_role("button", name="Sign in with localhost").click()
    visitor.page.wait_for_url(f"{provider}/**")
    visitor.page.go_back()
    expect(visitor.heading("Sign in")).to_be_visible()
    expect(visitor.page.get_by_role("button", name="Sign in with localhost")).to_be_enabled()


def test_what_the_provider_has_not_verified_is_said(empty: Empty, provider: str, visit: Visit) -> None:
    empty.set_up()
    visitor = visit(empty.address)
    visitor.page.get_by_role("button", name="Sign in with localhost").click()
    at_provider(visitor.page, provider, "eve")
    expect(visitor.heading("The provider has not verified your e-mail address")).to_be_visible()
    url = visitor.page.url
    # The same answer, in a browser that did not begin: as when somebody plants their own sign-in.
    victim = visit(url)
    expect(victim.heading("This sign-in did not begin in this browser")).to_be_visible()
    assert victim.page.context.cookies() == []


def test_a_desk_that_was_renamed_says_so_at_once(empty: Empty, visit: Visit) -> None:
    ann, _ = enter(empty, visit)
    operate(empty.desk, "project.update", name="Road <b>works</b>")
    expect(ann.page.get_by_role("banner").get_by_text("Road <b>works</b>")).to_be_visible()
    expect(ann.page).to_have_title("Road <b>works</b>")
    operate(empty.desk, "project.update", name="w" * 100)
    expect(ann.page).to_have_title("w" * 100)
    expect(ann.page.get_by_role("banner").get_by_text("w" * 100)).to_be_visible()
    assert ann.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_no_page_of_them_has_a_serious_finding(
    empty: Empty, visit: Visit, axe: str, theme: str, viewport: dict[str, int]
) -> None:
    ann, _ = enter(empty, visit, viewport=viewport, reduced_motion="reduce")
    findings: list[str] = []

    def judge(view: str) -> None:
        look_as(ann.page, theme)
        findings.extend(f"{view}: {finding}" for finding in find_faults(ann.page, axe))
        assert ann.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], view

    go_to(ann.page, "#/devices")
    expect(ann.page.get_by_text("You have no passkey yet.")).to_be_visible()
    judge("no passkey")
    add_passkey(ann)
    ann.page.get_by_role("button", name="Add a passkey").click()
    expect(ann.page.get_by_role("alert")).to_be_visible()
    judge("passkeys")
    ask_by_button(ann)
    (session,) = operate(empty.desk, "auth.sessions", user_id="ann")["sessions"]
    operate(empty.desk, "auth.revoke_session", session_id=session["session_id"])
    expect(ann.page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
    judge("signed out")
    ann.page.goto(empty.address.replace("localhost", "127.0.0.1"))
    expect(ann.page.get_by_text("There are more ways to sign in at")).to_be_visible()
    judge("elsewhere")
    assert findings == []

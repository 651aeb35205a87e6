"""What is wrong with what was typed, in a French page: no word of it is the server's English."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.page_object import Visitor, go_to
from tests.browser.pages_language import visit_in
from tests.browser.pages_sign_in import TITLE, add_user
from tests.ui.daemons import Desk, eventually

Visit = Callable[..., Visitor]


def test_a_field_of_the_settings(served: Desk, visit: Visit) -> None:
    page = visit_in(served, visit, "fr-FR", "alice").page
    go_to(page, "#/settings/project")
    page.get_by_label("Fichiers par message, au plus").fill("1000")
    page.get_by_label("Nom du projet").fill(" ")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    faults = page.locator(".field-fault")
    expect(faults).to_have_count(2)
    expect(faults.filter(has_text="On n’y voit rien")).to_be_visible()
    expect(faults.filter(has_text="100 au plus")).to_be_visible()
    expect(page.locator("[lang=en]")).to_have_count(0)


def test_a_saved_view(served: Desk, visit: Visit) -> None:
    served.call("bob", "view.save", name="VPN", filter="tag:vpn")
    page = visit_in(served, visit, "fr-FR", "bob").page
    page.get_by_role("button", name="Enregistrer cette liste comme vue").click()
    expect(page.locator(".view-form")).to_be_visible()
    fault = page.locator(".view-form .field-fault")
    for name, filter_, words in [
        ("Neuf", "priority:hihg", "Caractère 10 : priority n’est jamais hihg ; vouliez-vous dire high ?"),
        ("Neuf", "statsu:open", "La condition statsu:open n’existe pas ; vouliez-vous dire status: ?"),
        ("VPN", "", "VPN est déjà pris"),
    ]:
        page.locator(".view-form input[name=name]").fill(name)
        page.locator(".view-form input[name=filter]").fill(filter_)
        page.locator(".view-form button[type=submit]").click()
        expect(fault).to_have_text(words)


def test_a_search(served: Desk, visit: Visit) -> None:
    page = visit_in(served, visit, "fr-FR", "bob").page
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Rechercher des tickets")).to_be_focused()
    page.keyboard.type("before:now vpn")
    expect(page.get_by_role("dialog").locator(".problem-message")).to_have_text(
        "Caractère 8 : now n’est pas un jour ; écrivez-le comme 2026-12-25"
    )


def test_what_an_admin_may_not_do(served: Desk, visit: Visit) -> None:
    page = visit_in(served, visit, "fr-FR", "alice").page
    go_to(page, "#/settings/people/alice")
    page.get_by_label("Rôle").select_option("agent")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    alert = page.get_by_role("alert")
    expect(alert.locator(".problem-message")).to_have_text("alice est le dernier administrateur")
    expect(alert.locator(".problem-hint")).to_have_text("Nommez d’abord un autre administrateur.")
    expect(page.locator("[lang=en]")).to_have_count(0)


def test_why_a_mail_waits_in_the_quarantine(served: Desk, visit: Visit) -> None:
    served.call("alice", "mail.deliver", text="Subject: No sender\r\n\r\nWho am I?\r\n")
    eventually(lambda: served.call("alice", "mail.inbox")["counts"]["quarantined"], "the mail is in the quarantine")
    page = visit_in(served, visit, "fr-FR", "alice").page
    go_to(page, "#/settings/mail")
    mail = page.get_by_role("listitem").filter(has_text="No sender")
    expect(mail).to_contain_text("Il ne nomme aucun expéditeur, ou plusieurs")
    expect(mail.locator("[lang=en]")).to_have_count(0)


@pytest.fixture
def letters(hero_desk: Desk) -> Desk:
    """A desk whose users sign in at the page."""
    return hero_desk


def test_a_code_that_is_wrong(letters: Desk, visit: Visit) -> None:
    code = add_user(letters, "erin")["code"]
    page = visit(f"http://{letters.tcp_of_ui()}/sign-in", locale="fr-FR").page
    page.get_by_label("Adresse e-mail").fill("erin@example.org")
    page.locator("form button[type=submit]").click()
    page.locator("input[name=code]").fill("000000" if code != "000000" else "000001")
    page.locator("form button[type=submit]").click()
    alert = page.get_by_role("alert")
    expect(alert.locator(".problem-message")).to_have_text("Ce code est faux, déjà utilisé ou trop ancien")
    expect(alert.locator("[lang=en]")).to_have_count(0)


def test_a_link_that_is_used_up(letters: Desk, visit: Visit) -> None:
    link = add_user(letters, "erin")["link"]
    first = visit(link)
    first.page.get_by_role("button", name=TITLE).click()
    first.live()
    late = visit(link, locale="fr-FR")
    late.page.locator("form button").click()
    expect(late.heading("Ce lien est faux, déjà utilisé ou trop ancien")).to_be_visible()

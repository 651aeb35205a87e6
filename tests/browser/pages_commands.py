"""The search, the palette, the bar of the selection and the merge, as a person at the page finds them."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.page_object import Visitor


def search(visitor: Visitor) -> Locator:
    """The dialog of the search."""
    return visitor.page.get_by_role("dialog", name="Search tickets")


def search_for(visitor: Visitor, text: str) -> Locator:
    """Open the search by its key, and type; returns its field."""
    visitor.page.keyboard.press("/")
    field = search(visitor).get_by_role("combobox")
    expect(field).to_be_focused()
    field.press_sequentially(text)
    return field


def palette(visitor: Visitor) -> Locator:
    """The palette."""
    return visitor.page.get_by_role("dialog", name="Run anything")


def open_palette(visitor: Visitor, text: str = "") -> Locator:
    """Open the palette by its key, and type; returns its field."""
    visitor.page.keyboard.press("Control+k")
    field = palette(visitor).get_by_role("combobox")
    expect(field).to_be_focused()
    field.press_sequentially(text)
    return field


def bulk_bar(visitor: Visitor) -> Locator:
    """The bar of the selected tickets."""
    return visitor.page.get_by_role("region", name="Selected tickets")


def box(visitor: Visitor, title: str) -> Locator:
    """The box of a row."""
    return visitor.page.get_by_role("checkbox", name=f"Select {title}", exact=True)


def selected(visitor: Visitor) -> Locator:
    """The boxes that are ticked."""
    return visitor.page.locator(".select-box input:checked")


def merge_dialog(visitor: Visitor) -> Locator:
    """The preview of a merge."""
    return visitor.page.get_by_role("dialog", name="Merge two tickets")


def said(visitor: Visitor) -> Locator:
    """What a screen reader was told last."""
    return visitor.page.locator(".shell > p[role=status]")


def change_keys(visitor: Visitor) -> Locator:
    """Open the list of the keys, ready to change them."""
    visitor.page.keyboard.press("?")
    listed = visitor.page.get_by_role("dialog", name="Keys")
    listed.get_by_role("button", name="Change the keys").click()
    return listed


def warnings(visitor: Visitor) -> Locator:
    """What was not done, as it stands over the page until it is closed."""
    return visitor.page.get_by_role("region", name="Not done").get_by_role("listitem")

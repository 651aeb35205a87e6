"""The states of an agent's list, thread and composer."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.pages_commands import box, bulk_bar, merge_dialog, open_palette, palette, said, search, search_for
from tests.browser.pages_compose import hold, note_of, reply_of
from tests.browser.states.full_desk import CLOSED, EMPTY, MERGED, RICH, SOLVED, TITLE
from tests.browser.states.stage import Stage, States


def _nothing(stage: Stage) -> None:
    stage.go("")
    expect(stage.page.get_by_role("heading", level=1)).to_be_attached()


def _list(stage: Stage) -> None:
    stage.go("views/inbox")
    expect(stage.visitor.ticket(TITLE)).to_be_visible()


def _empty_view(stage: Stage) -> None:
    stage.go("views/snoozed")
    expect(stage.page.get_by_text("No tickets here")).to_be_visible()


def _selection(stage: Stage) -> None:
    _list(stage)
    box(stage.visitor, TITLE).check()
    box(stage.visitor, "A new laptop").check()
    expect(bulk_bar(stage.visitor)).to_contain_text("2 selected")


def _bulk_macro(stage: Stage) -> None:
    bulk_bar(stage.visitor).get_by_role("combobox", name="Macro").select_option("It was the cable")
    expect(bulk_bar(stage.visitor)).to_contain_text("It sends a reply on each of 2 tickets.")


def _merge_preview(stage: Stage) -> None:
    bulk_bar(stage.visitor).get_by_role("button", name="Merge").click()
    expect(merge_dialog(stage.visitor)).to_be_visible()
    expect(merge_dialog(stage.visitor).get_by_role("radio").first).to_be_visible()


def _no_selection(stage: Stage) -> None:
    stage.page.keyboard.press("Escape")
    expect(bulk_bar(stage.visitor)).to_have_count(0)


def _search(stage: Stage) -> None:
    search_for(stage.visitor, "")


def _search_with_hits(stage: Stage) -> None:
    search_for(stage.visitor, "priority:urgent vpn")
    expect(search(stage.visitor).get_by_role("option").filter(has_text=TITLE)).to_be_visible()


def _search_without_hits(stage: Stage) -> None:
    search_for(stage.visitor, "tag:none ")
    expect(search(stage.visitor).get_by_role("status")).to_have_text("No ticket has this")


def _search_with_a_fault(stage: Stage) -> None:
    search_for(stage.visitor, "status:no ")
    expect(search(stage.visitor).get_by_role("alert")).to_be_visible()


def _completions(stage: Stage) -> None:
    search_for(stage.visitor, "prio")
    expect(search(stage.visitor).get_by_role("option").first).to_contain_text("Priority")


def _palette(stage: Stage) -> None:
    open_palette(stage.visitor, "ti")
    expect(palette(stage.visitor).get_by_role("option").first).to_be_visible()


def _palette_without_hits(stage: Stage) -> None:
    open_palette(stage.visitor, "qqqqqqqq")
    expect(palette(stage.visitor).get_by_role("option")).to_have_count(0)


def _keys(stage: Stage) -> None:
    stage.page.keyboard.press("?")
    stage.dialog("Keys")


def _loading_thread(stage: Stage) -> None:
    hold(stage.page, "message.list")
    stage.go(f"tickets/hero_assistance/{SOLVED}")
    expect(stage.page.get_by_role("heading", level=1)).to_be_attached()


def _thread(stage: Stage) -> None:
    stage.go_to_ticket(RICH, "A note for")


def _thread_with_all_open(stage: Stage) -> None:
    _thread(stage)
    stage.page.evaluate("document.querySelectorAll('.messages details').forEach(each => { each.open = true; })")


def _details(stage: Stage) -> None:
    _thread(stage)
    panel = stage.page.get_by_role("complementary", name="About this ticket")
    panel.get_by_role("button", name="Details" if stage.is_phone else "More details").click()
    card = stage.page.get_by_role("region", name="Customer")
    card.get_by_text("Other tickets").click()
    expect(card.get_by_role("link", name="A keyboard")).to_be_visible()
    stage.press("Invite somebody")
    expect(stage.page.get_by_label("E-mail address of who shall see this ticket")).to_be_focused()


def _fewer_details(stage: Stage) -> None:
    _thread(stage)
    if not stage.is_phone:
        stage.press("Fewer details")


def _tags(stage: Stage) -> None:
    _thread(stage)
    if stage.is_phone:
        stage.press("Details")
    stage.page.get_by_label("Add a tag").press_sequentially("ca")


def _edit(stage: Stage) -> None:
    _thread(stage)
    stage.visitor.message("A note for").hover()
    stage.visitor.message("A note for").get_by_role("button", name="Edit", exact=True).click()
    expect(stage.page.get_by_label("Text of the message")).to_be_focused()


def _versions(stage: Stage) -> None:
    stage.page.get_by_role("region", name="Messages").get_by_role("button", name="Cancel").click()
    _thread(stage)
    stage.press("edited", stage.visitor.message("A note for"))
    stage.dialog("What this message said before")


def _viewer(stage: Stage) -> None:
    _thread(stage)
    stage.page.get_by_role("img", name="shot.png").click()
    stage.dialog("shot.png")


def _menu(stage: Stage) -> None:
    _thread(stage)
    stage.page.get_by_text("More", exact=True).click()
    expect(stage.page.get_by_role("button", name="Split messages off")).to_be_visible()


def _merge_picker(stage: Stage) -> None:
    _menu(stage)
    stage.press("Merge with another ticket")
    expect(stage.dialog(f"Merge ticket {RICH} with").get_by_role("option").first).to_be_visible()


def _split(stage: Stage) -> None:
    _menu(stage)
    stage.press("Split messages off")
    expect(stage.page.get_by_role("form", name="Split messages off")).to_be_visible()


def _no_split(stage: Stage) -> None:
    stage.press("Cancel", stage.page.get_by_role("form", name="Split messages off"))


def _reply(stage: Stage) -> None:
    _thread(stage)
    stage.page.get_by_role("button", name="Reply to customer").click()
    reply_of(stage.page).fill("")


def _canned_replies(stage: Stage) -> None:
    _reply(stage)
    reply_of(stage.page).press_sequentially("/lo")
    expect(stage.page.get_by_role("listbox", name="Canned replies")).to_be_visible()


def _emoji(stage: Stage) -> None:
    _reply(stage)
    reply_of(stage.page).press_sequentially("Thanks :smil")
    expect(stage.page.get_by_role("listbox", name="Emoji")).to_be_visible()


def _preview(stage: Stage) -> None:
    _reply(stage)
    reply_of(stage.page).fill("It is **the cable**.")
    stage.press("Preview")
    expect(stage.page.get_by_role("region", name="Preview")).to_contain_text("the cable")


def _ways_to_send(stage: Stage) -> None:
    stage.press("Preview")
    stage.press("More ways to send")
    expect(stage.page.get_by_role("menu", name="More ways to send")).to_be_visible()


def _mentions(stage: Stage) -> None:
    stage.page.keyboard.press("Escape")
    _reply(stage)
    note_of(stage.page).press_sequentially("@al")
    expect(stage.page.get_by_role("listbox", name="Agents")).to_be_visible()


def _files(stage: Stage) -> None:
    _reply(stage)
    stage.page.locator(".composer input[type=file]").set_input_files(Path(__file__))
    expect(stage.page.get_by_role("list", name="Files to send")).to_be_visible()


def _macros(stage: Stage) -> None:
    _reply(stage)
    stage.press("Run a macro")
    expect(stage.dialog("Run a macro").get_by_role("region", name="What it changes")).to_contain_text("Solved")


def _on_its_way(stage: Stage) -> None:
    _reply(stage)
    hold(stage.page, "message.reply")
    reply_of(stage.page).fill("Held on its way")
    stage.press("Send reply")
    expect(stage.visitor.message("Held on its way")).to_be_visible()


def _on_its_way_elsewhere(stage: Stage) -> None:
    stage.go_to_ticket(SOLVED)
    hold(stage.page, "message.reply")
    reply_of(stage.page).fill("Held on its way too")
    stage.press("Send reply")
    expect(stage.visitor.message("Held on its way too")).to_be_visible()
    stage.go_to_ticket(EMPTY)
    expect(stage.page.get_by_role("list", name="Messages on their way")).to_be_visible()


def _on_its_way_without_a_ticket(stage: Stage) -> None:
    stage.go_to_ticket(SOLVED)
    hold(stage.page, "message.reply")
    reply_of(stage.page).fill("Held with no ticket")
    stage.press("Send reply")
    expect(stage.visitor.message("Held with no ticket")).to_be_visible()
    stage.go("views/inbox")
    expect(stage.page.get_by_role("region", name="Messages on their way")).to_be_visible()


def _guard(stage: Stage) -> None:
    stage.go_to_ticket(SOLVED)
    held = hold(stage.page, "message.reply")
    reply_of(stage.page).fill("Which button?")
    stage.press("Send reply")
    expect(stage.visitor.message("Which button?")).to_be_visible()
    stage.served.call("carol", "message.reply", ticket_id=SOLVED, body="The red one?")
    held[0].continue_()
    expect(stage.page.get_by_role("alert", name="Not sent yet")).to_be_visible()


def _merged(stage: Stage) -> None:
    stage.go_to_ticket(MERGED)


def _closed(stage: Stage) -> None:
    stage.go_to_ticket(CLOSED)


def _mail(stage: Stage) -> None:
    numbers = {one["title"]: one["ticket_id"] for one in stage.served.call("bob", "ticket.list")["tickets"]}
    stage.go_to_ticket(numbers["Sale"])
    stage.press("Show as sent")
    expect(stage.page.frame_locator("iframe").get_by_role("heading", name="Sale")).to_be_visible()


def _no_ticket(stage: Stage) -> None:
    stage.go("tickets/hero_assistance/999")
    expect(stage.page.get_by_role("alert")).to_be_visible()


def _no_message(stage: Stage) -> None:
    stage.go_to_ticket(f"{RICH}/message/9999")
    expect(said(stage.visitor)).to_contain_text("is not on this ticket")


def _no_project(stage: Stage) -> None:
    stage.go("tickets/nowhere/1", "This project is not on this page")


def _form(stage: Stage) -> None:
    stage.go("new", "New ticket")


def _form_for_a_customer(stage: Stage) -> None:
    _form(stage)
    stage.page.get_by_role("combobox", name="Customer").fill("dav")
    expect(stage.page.get_by_role("listbox", name="Customers")).to_be_visible()


def _form_with_faults(stage: Stage) -> None:
    stage.page.get_by_role("combobox", name="Customer").fill("Frank")
    stage.page.get_by_label("Title").fill("Title")
    stage.page.get_by_label("Description").fill("Text")
    stage.press("Send ticket")
    expect(stage.page.get_by_role("alert")).to_contain_text("No customer is chosen")


def _new_view(stage: Stage) -> None:
    _list(stage)
    stage.press("Save this list as a view")
    dialog = stage.page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Others")
    dialog.get_by_label("Filter").fill("status:no")
    dialog.get_by_label("Filter").press("Enter")
    expect(dialog.get_by_role("alert")).to_be_visible()


def _views(stage: Stage) -> None:
    _list(stage)
    stage.press("Edit saved views")
    expect(stage.page.get_by_role("dialog")).to_contain_text("Networks")


def _on_paper(stage: Stage) -> None:
    _thread(stage)
    stage.page.emulate_media(media="print")


LIST_STATES: States = {
    "nothing chosen": _nothing,
    "the list": _list,
    "an empty view": _empty_view,
    "selected tickets": _selection,
    "a macro for the selection": _bulk_macro,
    "the preview of a merge": _merge_preview,
    "no selection": _no_selection,
    "a new view": _new_view,
    "saved views": _views,
    "the search": _search,
    "the search with hits": _search_with_hits,
    "the search without hits": _search_without_hits,
    "the search with a fault": _search_with_a_fault,
    "filters that are completed": _completions,
    "the palette": _palette,
    "the palette without hits": _palette_without_hits,
    "the keys": _keys,
    "the form": _form,
    "the form for a customer": _form_for_a_customer,
    "the form with a fault": _form_with_faults,
    "a project that is not there": _no_project,
}
THREAD_STATES: States = {
    "a thread that is loaded": _loading_thread,
    "a thread": _thread,
    "a thread with all open": _thread_with_all_open,
    "details of a ticket": _details,
    "fewer details": _fewer_details,
    "a tag that is completed": _tags,
    "a message that is edited": _edit,
    "what a message said before": _versions,
    "the viewer of pictures": _viewer,
    "the menu of a ticket": _menu,
    "a ticket to merge with": _merge_picker,
    "messages to split off": _split,
    "none to split off": _no_split,
    "a merged ticket": _merged,
    "a closed ticket": _closed,
    "a mail as it was sent": _mail,
    "no such ticket": _no_ticket,
    "no such message": _no_message,
    "a thread on paper": _on_paper,
}
COMPOSER_STATES: States = {
    "canned replies": _canned_replies,
    "emoji": _emoji,
    "a preview": _preview,
    "ways to send": _ways_to_send,
    "colleagues who are mentioned": _mentions,
    "files to send": _files,
    "macros": _macros,
    "a reply on its way": _on_its_way,
    "a reply on its way elsewhere": _on_its_way_elsewhere,
    "a reply on its way without a ticket": _on_its_way_without_a_ticket,
    "a reply that the guard holds": _guard,
}

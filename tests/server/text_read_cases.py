"""A case for each read method of what users write for later, of client tokens and of the project's settings."""

from __future__ import annotations

from datetime import timedelta

from hero_assistance_sdk.wire import CannedReply, Macro, MessageKind, Millis, Priority, SavedView, Status
from hero_assistance_server.drafts.rules import Draft, DraftKey
from hero_assistance_server.project.rules import ProjectSettings
from hero_assistance_server.saved_views.repository import PlacedView
from hero_assistance_server.storage.sql.repositories.saved_views import UNPLACED
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from tests.server.read_cases import BOB, TICKET, Case, Step, change_nothing, sees
from tests.server.store_fixtures import NOON

DRAFT = Draft(DraftKey(BOB.user_id, TICKET, MessageKind.REPLY), "", "hello", NOON)
LATER_DRAFT = Draft(DraftKey(BOB.user_id, None, MessageKind.REPLY), "laptop", "b", NOON + timedelta(minutes=1))
REPLY = CannedReply(canned_reply_id=1, name="r", body="hello", owner=BOB.user_id, updated_at=Millis(5))
MACRO = Macro(
    macro_id=1,
    name="m",
    owner=BOB.user_id,
    status=Status.SOLVED,
    snooze_minutes=None,
    priority=None,
    assign=None,
    assignee=None,
    add_tags=["vpn"],
    remove_tags=[],
    follow=False,
    note=None,
    reply=None,
    updated_at=Millis(5),
)
ASSIGNING = MACRO.model_copy(update={"macro_id": 2, "assignee": BOB.user_id, "owner": None})
VIEW = SavedView(view_id=1, name="v", filter="", owner=BOB.user_id, shared=False)
SETTINGS = ProjectSettings(name="Desk", first_response_minutes={"normal": 7})

# Methods that only write; the read methods of their repository see what they write.
TEXT_WRITES = {
    "canned_replies.delete",
    "canned_replies.save",
    "client_tokens.add",
    "drafts.save",
    "macros.delete",
    "macros.save",
    "project.save_changes",
    "saved_views.delete",
    "saved_views.save",
    "saved_views.save_order",
}


def save_draft(draft: Draft) -> Step:
    return lambda work: work.drafts.save(draft)


def delete_draft(draft: Draft) -> Step:
    return lambda work: work.drafts.delete(draft.key)


def save_reply(work: UnitOfWork) -> None:
    work.canned_replies.save(REPLY)


def delete_reply(work: UnitOfWork) -> None:
    work.canned_replies.delete(REPLY.canned_reply_id)


def save_macro(work: UnitOfWork) -> None:
    work.macros.save(MACRO)


def save_assigning_macro(work: UnitOfWork) -> None:
    work.macros.save(ASSIGNING)


def delete_macro(work: UnitOfWork) -> None:
    work.macros.delete(MACRO.macro_id)


def save_view(work: UnitOfWork) -> None:
    work.saved_views.save(VIEW)


def order_views(work: UnitOfWork) -> None:
    work.saved_views.save_order(BOB.user_id, [VIEW.view_id])


def delete_view(work: UnitOfWork) -> None:
    work.saved_views.delete(VIEW.view_id)


def add_token(work: UnitOfWork) -> None:
    work.client_tokens.add(BOB.user_id, "m", "t", 7, work.now)


def save_settings(work: UnitOfWork) -> None:
    work.project.save_changes(ProjectSettings(), SETTINGS)


def reset_settings(work: UnitOfWork) -> None:
    work.project.save_changes(SETTINGS, ProjectSettings())


TEXT_CASES: dict[str, Case] = {
    "canned_replies.find": sees(
        lambda work: work.canned_replies.find(REPLY.canned_reply_id), (save_reply, REPLY), (delete_reply, None)
    ),
    "canned_replies.iterate_for": sees(
        lambda work: [*work.canned_replies.iterate_for(BOB.user_id)], (save_reply, [REPLY]), (delete_reply, [])
    ),
    "canned_replies.next_id": sees(lambda work: work.canned_replies.next_id(), (save_reply, 2), (delete_reply, 2)),
    "drafts.count_others": sees(
        lambda work: work.drafts.count_others(DRAFT.key),
        (save_draft(DRAFT), 0),
        (save_draft(LATER_DRAFT), 1),
        (delete_draft(LATER_DRAFT), 0),
    ),
    "drafts.delete": sees(
        lambda work: work.drafts.delete(DRAFT.key),
        (change_nothing, False),
        (save_draft(DRAFT), True),
        (change_nothing, False),
    ),
    "drafts.find": sees(
        lambda work: work.drafts.find(DRAFT.key), (save_draft(DRAFT), DRAFT), (delete_draft(DRAFT), None)
    ),
    "drafts.iterate_for": sees(
        lambda work: [*work.drafts.iterate_for(BOB.user_id)],
        (save_draft(DRAFT), [DRAFT]),
        (save_draft(LATER_DRAFT), [LATER_DRAFT, DRAFT]),
        (delete_draft(DRAFT), [LATER_DRAFT]),
    ),
    "macros.find": sees(lambda work: work.macros.find(MACRO.macro_id), (save_macro, MACRO), (delete_macro, None)),
    "macros.iterate_for": sees(
        lambda work: [*work.macros.iterate_for(BOB.user_id)], (save_macro, [MACRO]), (delete_macro, [])
    ),
    "macros.list_assigning": sees(
        lambda work: work.macros.list_assigning(BOB.user_id), (save_macro, []), (save_assigning_macro, [ASSIGNING])
    ),
    "macros.next_id": sees(lambda work: work.macros.next_id(), (save_macro, 2), (delete_macro, 2)),
    "client_tokens.find": sees(lambda work: work.client_tokens.find(BOB.user_id, "m", "t"), (add_token, 7)),
    "client_tokens.prune": sees(
        lambda work: work.client_tokens.prune(work.now + timedelta(days=1), 5), (add_token, 1), (change_nothing, 0)
    ),
    "project.read": sees(
        lambda work: work.project.read(), (save_settings, SETTINGS), (reset_settings, ProjectSettings())
    ),
    "project.targets": sees(
        lambda work: work.project.targets(),
        (change_nothing, {}),
        (save_settings, {Priority.NORMAL: timedelta(minutes=7)}),
        (reset_settings, {}),
    ),
    "saved_views.count_owned": sees(
        lambda work: work.saved_views.count_owned(BOB.user_id), (save_view, 1), (delete_view, 0)
    ),
    "saved_views.find": sees(lambda work: work.saved_views.find(VIEW.view_id), (save_view, VIEW), (delete_view, None)),
    "saved_views.find_by_name": sees(
        lambda work: work.saved_views.find_by_name(BOB.user_id, VIEW.name), (save_view, VIEW), (delete_view, None)
    ),
    "saved_views.iterate_for": sees(
        lambda work: [*work.saved_views.iterate_for(BOB.user_id)],
        (save_view, [PlacedView(UNPLACED, VIEW)]),
        (order_views, [PlacedView(1, VIEW)]),
        (delete_view, []),
    ),
    "saved_views.next_id": sees(lambda work: work.saved_views.next_id(), (save_view, 2), (delete_view, 2)),
}

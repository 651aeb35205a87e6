"""Makes one letter of what waits to be told to a user of a ticket, and queues it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hero_assistance_sdk.wire import AttachmentId, MessageId, MessageKind, TicketId, UserId
from hero_assistance_server.languages.language import Language
from hero_assistance_server.languages.registry import choose_language
from hero_assistance_server.mail.keys import obtain_reply_key
from hero_assistance_server.mail.message_ids import make_thread_id, make_ticket_mail_id
from hero_assistance_server.mail.model import Letter
from hero_assistance_server.mail.printable import make_ascii_url
from hero_assistance_server.mail.reply_address import make_reply_address
from hero_assistance_server.mail.reply_marker import make_marker
from hero_assistance_server.mail.sending.mail_settings import MailSettings
from hero_assistance_server.mail.sending.service import queue_letter
from hero_assistance_server.messages.model import Message
from hero_assistance_server.messages.visibility import sees_message
from hero_assistance_server.notifications.decisions import find_reachable
from hero_assistance_server.notifications.letter_text import choose_subject, write_html, write_text
from hero_assistance_server.notifications.letter_words import Passage, Story, describe_file
from hero_assistance_server.notifications.model import PendingNotification, Reason
from hero_assistance_server.notifications.unsubscribe import make_token, obtain_key
from hero_assistance_server.project.rules import ProjectSettings, ticket_link
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.tickets.model import Ticket
from hero_assistance_server.time_zones import zone_or_utc
from hero_assistance_server.users.model import User

# Attachments of a letter, together; mail servers take some 10 MB with everything, and a third is added on the way.
FILES_LIMIT = 5 * 1024 * 1024
# Of the earlier mails of a ticket, a letter names the last ones; mail software needs no more to keep them together.
REFERENCES_LIMIT = 10
_TOLD_WITH_TICKET = frozenset({Reason.FILED, Reason.NEW_TICKET, Reason.ASSIGNED})
_TOLD_WITH_MESSAGE = frozenset({Reason.REPLIED, Reason.ANSWERED, Reason.MENTIONED})


@dataclass(frozen=True, slots=True)
class LetterFiles:
    """The attachments that go with a letter, and those of each message that do not, by their names."""

    attached: tuple[AttachmentId, ...]
    left_out: dict[MessageId, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Occasion:
    """What one letter is about: to whom, of which ticket, why, and the messages that it tells, oldest first.

    `mail` and `project` are what the operator and the admins have set.
    """

    user: User
    ticket: Ticket
    news: Sequence[PendingNotification]
    messages: Sequence[Message]
    mail: MailSettings
    project: ProjectSettings


def send_due_letter(work: UnitOfWork, user_id: UserId, ticket_id: TicketId, mail: MailSettings) -> bool:
    """Queue the letter of what waits to be told to a user of a ticket; false where nothing of it is news any more."""
    waiting = work.notifications.take(user_id, ticket_id)
    user, ticket = find_reachable(work, user_id, ticket_id), work.tickets.find(ticket_id)
    if user is None or ticket is None:
        return False
    messages = {one.message_id: _find_news(work, user, one) for one in waiting if one.message_id is not None}
    news = [one for one in waiting if _is_news(one, ticket, messages)]
    if not news:
        return False
    told = [message for message in messages.values() if message is not None]
    told.sort(key=lambda one: (one.created_at, one.message_id))
    return _queue(work, Occasion(user, ticket, news, told, mail, work.project.read()))


def _find_news(work: UnitOfWork, user: User, one: PendingNotification) -> Message | None:
    """Return a message that the user may read, where it is still there and has not been read."""
    message = work.messages.find(one.message_id) if one.message_id else None
    if message is None or message.ticket_id != one.ticket_id:
        return None
    if not sees_message(user, message.kind):
        return None
    is_read = work.read_receipts.last_read(user.user_id, one.ticket_id) >= message.message_id
    return None if is_read else message


def _is_news(one: PendingNotification, ticket: Ticket, messages: dict[MessageId, Message | None]) -> bool:
    if one.reason in _TOLD_WITH_MESSAGE:
        return one.message_id is not None and messages.get(one.message_id) is not None
    return one.reason is not Reason.ASSIGNED or ticket.assignee == one.user_id


def _queue(work: UnitOfWork, occasion: Occasion) -> bool:
    ticket, messages, host = occasion.ticket, occasion.messages, occasion.mail.sender.host
    last = messages[-1].message_id if messages else None
    title = work.mail_ids.keep_title(ticket.ticket_id, ticket.title)
    language = choose_language(occasion.user, occasion.project)
    files = _choose_files(messages, language)
    story = _tell(work, occasion, files, language)
    mail_id = make_ticket_mail_id(ticket.ticket_id, last, host)
    letter = Letter(
        key=f"notification/{occasion.news[-1].notification_id}",
        to=occasion.user.email or "",
        subject=choose_subject(ticket.ticket_id, title, [one.reason for one in occasion.news]),
        text=write_text(story),
        html=write_html(story),
        headers=_make_headers(work, occasion, story.mute_link),
        attachments=files.attached,
        to_name=occasion.user.name,
        from_name=_name_sender(messages, occasion.project.name),
        message_id=mail_id,
        language=language.code,
    )
    has_note = any(one.kind is MessageKind.NOTE for one in messages)
    work.mail_ids.add(mail_id, ticket.ticket_id, last, work.now, has_note=has_note)
    return queue_letter(work, letter, about=ticket.ticket_id)


def _tell(work: UnitOfWork, occasion: Occasion, files: LetterFiles, language: Language) -> Story:
    user, ticket, project = occasion.user, occasion.ticket, occasion.project
    passages = [_to_passage(message, files) for message in occasion.messages]
    if _TOLD_WITH_TICKET & {one.reason for one in occasion.news} and ticket.body:
        passages.insert(0, Passage(ticket.customer_name, ticket.created_at, ticket.body))
    return Story(
        number=ticket.ticket_id,
        title=ticket.title,
        reasons=tuple((one.reason, _name_actor(work, one, project.name)) for one in occasion.news),
        passages=tuple(passages),
        language=language,
        zone=zone_or_utc(work.notifications.settings_of(user.user_id).time_zone or user.time_zone or project.time_zone),
        link=ticket_link(project, ticket.ticket_id),
        mute_link=_make_mute_link(work, project.page_address, ticket.ticket_id, user.user_id),
        marker=make_marker(language) if occasion.mail.takes_answers else None,
    )


def _make_headers(work: UnitOfWork, occasion: Occasion, mute_link: str | None) -> tuple[tuple[str, str], ...]:
    """Return what keeps the letters of a ticket together, takes answers, and mutes."""
    user, ticket, mail = occasion.user, occasion.ticket, occasion.mail
    thread = make_thread_id(ticket.ticket_id, mail.sender.host)
    earlier = work.mail_ids.list_last(ticket.ticket_id, REFERENCES_LIMIT)
    headers = [
        ("In-Reply-To", earlier[-1] if earlier else thread),
        ("References", " ".join([thread, *earlier])),
        # What Exchange looks at before it answers for somebody who is away.
        ("X-Auto-Response-Suppress", "All"),
    ]
    if mail.takes_answers:
        key = obtain_reply_key(work)
        headers.append(("Reply-To", make_reply_address(key, mail.sender.address, ticket.ticket_id, user.user_id)))
    address = make_ascii_url(mute_link) if mute_link else None
    if address is not None:
        headers.append(("List-Unsubscribe", f"<{address}>"))
        if address.startswith("https://"):
            # RFC 8058, which wants https.
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
    return tuple(headers)


def _make_mute_link(work: UnitOfWork, page: str, ticket_id: TicketId, user_id: UserId) -> str | None:
    if not page:
        return None
    return f"{page.rstrip('/')}/unsubscribe?token={make_token(obtain_key(work), ticket_id, user_id)}"


def _to_passage(message: Message, files: LetterFiles) -> Passage:
    return Passage(
        author=message.author_name,
        at=message.created_at,
        body=message.body,
        is_note=message.kind is MessageKind.NOTE,
        files=files.left_out.get(message.message_id, ()),
    )


def _name_actor(work: UnitOfWork, one: PendingNotification, desk_name: str) -> str:
    actor = work.users.find(one.actor) if one.actor else None
    return actor.name if actor else desk_name


def _name_sender(messages: Sequence[Message], desk_name: str) -> str:
    """Return the name before the desk's address: that of the author with the desk's, where there is one author."""
    authors = {message.author_name for message in messages}
    return f"{authors.pop()} ({desk_name})" if len(authors) == 1 else ""


def _choose_files(messages: Sequence[Message], language: Language) -> LetterFiles:
    """Attach files in order while there is room; the others are named, and are on the page."""
    room = FILES_LIMIT
    attached: list[AttachmentId] = []
    left_out: dict[MessageId, tuple[str, ...]] = {}
    for message in messages:
        names: list[str] = []
        for file in message.attachments:
            if file.size <= room:
                room -= file.size
                attached.append(file.attachment_id)
            else:
                names.append(describe_file(language, file.name, file.size))
        if names:
            left_out[message.message_id] = tuple(names)
    return LetterFiles(tuple(attached), left_out)

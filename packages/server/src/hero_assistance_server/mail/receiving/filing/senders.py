"""The users whom mails act for: known ones by their address, new customers, and the one who stands for no user."""

from __future__ import annotations

from functools import partial

from hero_assistance_sdk.wire import Role, UserId
from hero_assistance_server.identity.permissions import MAIL_ORIGIN, Caller
from hero_assistance_server.languages.registry import find_language
from hero_assistance_server.mail.receiving.parsing.parser import ParsedMail
from hero_assistance_server.rpc.params import NAME_LIMIT
from hero_assistance_server.storage.unit_of_work import UnitOfWork
from hero_assistance_server.texts import TextFault, clean_line
from hero_assistance_server.users import rules
from hero_assistance_server.users.directory import Directory
from hero_assistance_server.users.ids.user_ids import make_user_id
from hero_assistance_server.users.login_names import fold_name
from hero_assistance_server.users.model import User

# No id that is made of a name begins like this, and it is no login: no caller can be this user.
UNPROVED = User(UserId("_mail"), "Unproved mail", Role.CUSTOMER, active=False)


def find_sender(work: UnitOfWork, address: str) -> User | None:
    """Return the user with this address, or `None`."""
    return work.users.find_by_email(fold_name(address))


def enrol_sender(work: UnitOfWork, directory: Directory, mail: ParsedMail) -> User:
    """Add the sender of a mail as a customer, whose language is the first of the mail's that letters have."""
    address, shown = mail.sender, _make_name(mail.sender_name, mail.sender)
    user_id = make_user_id(shown, lambda other: work.users.find(other) is not None, address)
    language = next((tag for tag in mail.languages if find_language(tag)), None)
    user = User(user_id, shown, Role.CUSTOMER, fold_name(address), language=language)
    _add(work, directory, user)
    return user


def obtain_unproved(work: UnitOfWork, directory: Directory) -> User:
    """Return the user who has the tickets of mails that act for no user; the first such mail adds them."""
    known = work.users.find(UNPROVED.user_id)
    if known is None:
        _add(work, directory, UNPROVED)
    return known or UNPROVED


def _add(work: UnitOfWork, directory: Directory, user: User) -> None:
    work.users.save(user, work.now)
    work.apply(rules.enrol(user), Caller(user, origin=MAIL_ORIGIN))
    work.after_commit(partial(directory.add, user))


def _make_name(name: str, address: str) -> str:
    for text in (name, address.partition("@")[0]):
        try:
            return clean_line(text)[:NAME_LIMIT].rstrip()
        except TextFault:
            continue
    return "Customer"

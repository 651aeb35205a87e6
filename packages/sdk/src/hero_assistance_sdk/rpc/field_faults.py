"""What is wrong with a param: a sentence for people, and for programs its kind with what the sentence names.

A page says it in the language of its reader, by the kind; a terminal shows the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FaultKind(StrEnum):
    """What is wrong with a param; `FAULT_MEANINGS` has the words."""

    MISSING = "missing"
    UNKNOWN = "unknown"
    INVALID = "invalid"
    NOT_INTEGER = "not_integer"
    NOT_NUMBER = "not_number"
    NOT_ONE_OF = "not_one_of"
    TOO_SMALL = "too_small"
    TOO_LARGE = "too_large"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_FEW = "too_few"
    TOO_MANY = "too_many"
    BLANK = "blank"
    CHARACTER = "character"
    TAKEN = "taken"
    EMPTY_MESSAGE = "empty_message"
    CODE = "code"
    EMAIL = "email"
    LOGIN = "login"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    DAY = "day"
    TIME_OF_DAY = "time_of_day"
    SHIFT_ORDER = "shift_order"
    SHIFTS_OVERLAP = "shifts_overlap"
    MAIL_SERVER = "mail_server"
    PAGE_ADDRESS = "page_address"
    URL = "url"
    URL_SCHEME = "url_scheme"
    URL_HOST = "url_host"
    URL_PORT = "url_port"
    URL_USER = "url_user"
    URL_FRAGMENT = "url_fragment"
    EVENT_KIND = "event_kind"
    PLACEHOLDER = "placeholder"
    FILTER_TERMS = "filter_terms"
    FILTER_STAR = "filter_star"
    FILTER_QUOTE = "filter_quote"
    FILTER_EMPTY_QUOTE = "filter_empty_quote"
    FILTER_UNFINISHED = "filter_unfinished"
    FILTER_VALUE = "filter_value"
    FILTER_TEXT = "filter_text"


FAULT_MEANINGS: Mapping[FaultKind, str] = {
    FaultKind.MISSING: "it is required",
    FaultKind.UNKNOWN: "the method has no such param",
    FaultKind.INVALID: "it is of another type or form; `faults` says more",
    FaultKind.NOT_INTEGER: "it is no integer",
    FaultKind.NOT_NUMBER: "it is no number",
    FaultKind.NOT_ONE_OF: "it is none of the values that there are; `faults` lists them",
    FaultKind.TOO_SMALL: "it is less than `limit`",
    FaultKind.TOO_LARGE: "it is more than `limit`",
    FaultKind.TOO_SHORT: "it has fewer characters than `limit`",
    FaultKind.TOO_LONG: "it has more characters than `limit`",
    FaultKind.TOO_MANY_BYTES: "it has more bytes in UTF-8 than `limit`",
    FaultKind.TOO_FEW: "it has fewer items than `limit`",
    FaultKind.TOO_MANY: "it has more items than `limit`",
    FaultKind.BLANK: "there is nothing to see in it",
    FaultKind.CHARACTER: "the character `value`, such as `U+0007`, is not allowed in it",
    FaultKind.TAKEN: "`value` is the name of another one",
    FaultKind.EMPTY_MESSAGE: "the message has neither text nor file",
    FaultKind.CODE: "it is no sign-in code, which has `limit` digits",
    FaultKind.EMAIL: "it is no e-mail address",
    FaultKind.LOGIN: "it is no login: it has spaces, or what cannot be printed",
    FaultKind.LANGUAGE: "letters are not written in it, but in `known`",
    FaultKind.TIME_ZONE: "there is no time zone `value`; `meant` is near",
    FaultKind.DAY: "`value` is no day, such as `2026-12-25`; in a filter, at character `place`",
    FaultKind.TIME_OF_DAY: "it is no time of day; in business hours, `value`",
    FaultKind.SHIFT_ORDER: "the hours `value` do not end behind their start",
    FaultKind.SHIFTS_OVERLAP: "the hours of the day `value`, such as `mon`, overlap",
    FaultKind.MAIL_SERVER: "it is no name of a mail server",
    FaultKind.PAGE_ADDRESS: "it is no address of a page",
    FaultKind.URL: "it is no URL",
    FaultKind.URL_SCHEME: "the URL does not begin with `https://` or `http://`",
    FaultKind.URL_HOST: "the URL names no host",
    FaultKind.URL_PORT: "the port of the URL is not between 1 and `limit`",
    FaultKind.URL_USER: "the URL has a user name or a password",
    FaultKind.URL_FRAGMENT: "the URL has a fragment",
    FaultKind.EVENT_KIND: "`value` is no kind of event that webhooks are sent",
    FaultKind.PLACEHOLDER: "`value` is no placeholder",
    FaultKind.FILTER_TERMS: "the filter has more terms than `limit`",
    FaultKind.FILTER_STAR: "a star at character `place` has no letters before it",
    FaultKind.FILTER_QUOTE: "the quote at character `place` has no end, or something sticks to it",
    FaultKind.FILTER_EMPTY_QUOTE: "there is nothing between the quotes at character `place`",
    FaultKind.FILTER_UNFINISHED: "something is missing at character `place`",
    FaultKind.FILTER_VALUE: "at character `place`, `key` never has the value `value`; `meant` is near, `known` are all",
    FaultKind.FILTER_TEXT: "a list is not filtered by the text `value`; the key `meant` is near",
}

Details = Mapping[str, str | int | float | list[str]]


@dataclass(frozen=True, slots=True)
class FieldFault:
    """One fault of a param; `details` holds what its kind names: limit, value, known, meant, key, place."""

    param: str
    kind: FaultKind
    words: str
    details: Details = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.param}: {self.words}"

    def to_json(self) -> dict[str, Any]:
        """Return it as an error's data have it."""
        return {"param": self.param, "kind": self.kind.value, **self.details}


class ValueFault(ValueError):
    """A value that is refused: in words, and for programs by its kind. A validator of pydantic may raise it."""

    def __init__(self, words: str, kind: FaultKind, **details: str | int | list[str]) -> None:
        super().__init__(words)
        self.words = words
        self.kind = kind
        self.details = {name: value for name, value in details.items() if value not in ("", [])}

    def of(self, param: str) -> FieldFault:
        """Return it as the fault of a param."""
        return FieldFault(param, self.kind, self.words, self.details)


def read_field_fault(text: str) -> FieldFault:
    """Return the fault that a text such as `name: what is wrong with it` says."""
    param, colon, words = text.partition(": ")
    return FieldFault(param, FaultKind.INVALID, words) if colon else FieldFault("", FaultKind.INVALID, text)

"""What a mail says: its text, with each inline picture in its place, and its files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from hero_assistance_server.mail.receiving.parsing.charsets import decode_text
from hero_assistance_server.mail.receiving.parsing.header import decode_words
from hero_assistance_server.mail.receiving.parsing.html_text import convert_html, picture_namer
from hero_assistance_server.mail.receiving.parsing.parts import Part, read_parameter
from hero_assistance_server.mail.receiving.parsing.plain_text import clean_mail_line, clean_mail_text, join_flowed

# What a file system lets a name be, in bytes.
NAME_BYTES = 255
# What is read of the texts of a mail, as bytes on their way: many times what a message has. HTML has pictures in it.
TEXT_LIMIT = 1024 * 1024
HTML_LIMIT = 2 * TEXT_LIMIT
# They are about the mail itself, and are not checked here.
_SIGNATURES = frozenset({"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"})
# Of files without a name; the tables of a machine differ.
_EXTENSIONS = {
    "application/json": ".json",
    "application/msword": ".doc",
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/heic": ".heic",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/svg+xml": ".svg",
    "image/webp": ".webp",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/vcard": ".vcf",
}
_SEPARATORS = re.compile(r"[/\\]")


@dataclass(frozen=True, slots=True)
class FilePart:
    """A file of a mail, with a name that a file can have."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Content:
    """The text of a mail and its files in their order; `has_html` where it can be shown as HTML, too."""

    text: str
    files: tuple[FilePart, ...]
    has_html: bool = False


@dataclass(slots=True)
class _Reader:
    """Collects the blocks of text and the files of one mail."""

    blocks: list[str] = field(default_factory=list)
    # How many characters the blocks may still have: the rest is in the stored mail.
    room: int = TEXT_LIMIT
    files: list[FilePart] = field(default_factory=list)
    # The names of files by their content ids, for HTML that shows them.
    names: dict[str, str] = field(default_factory=dict)


def read_content(mail: Part) -> Content:
    """Return the text and the files of a mail."""
    reader = _Reader()
    _name_related_files(reader, mail)
    _read(reader, mail)
    text = clean_mail_text("\n\n".join(block for block in reader.blocks if block.strip()))
    return Content(text, tuple(reader.files), has_html=any(is_html(part) for part in mail.walk()))


def is_html(part: Part) -> bool:
    """Return whether a part is a text in HTML, and no file."""
    return part.media_type == "text/html" and not _is_file(part)


def read_html(mail: Part) -> str:
    """Return the HTML of a mail as it was written; the empty text for a mail without any."""
    return "\n".join(_decode(part) for part in mail.walk() if is_html(part))


def _name_related_files(reader: _Reader, mail: Part) -> None:
    """Choose the name of each file that HTML may show, before the HTML is read.

    Some mail programs leave the id out, and mean the name or the place of a file.
    """
    for number, part in enumerate(_files_of(mail), 1):
        name = _name_of(part, number)
        if part.content_id:
            reader.names[part.content_id] = name
            continue
        for other in (part.header.get("content-location").strip(), _given_name(part)):
            if other:
                reader.names.setdefault(other, name)


def _files_of(mail: Part) -> Iterator[Part]:
    return (part for part in mail.walk() if not part.children and _is_file(part) and part.media_type not in _SIGNATURES)


def _read(reader: _Reader, part: Part) -> None:
    if part.media_type == "multipart/alternative":
        _read_alternative(reader, part)
    elif part.children:
        for child in part.children:
            _read(reader, child)
    elif _is_file(part):
        _add_file(reader, part)
    elif reader.room > 0:
        block = _text_of(reader, part)[: reader.room]
        reader.room -= len(block)
        reader.blocks.append(block)


def _read_alternative(reader: _Reader, part: Part) -> None:
    """Read the form of a text that says most, and keep the files of all forms."""
    chosen = _choose(part)
    for child in part.children:
        if child is chosen:
            _read(reader, child)
        else:
            for file in _files_of(child):
                _add_file(reader, file)


def _choose(part: Part) -> Part | None:
    """Return the plain form, unless it is empty or the HTML shows attached pictures in their places."""
    plain = next((child for child in part.children if _holds(child, "text/plain")), None)
    rich = next((child for child in part.children if _holds(child, "text/html")), None)
    if plain is None or rich is None:
        return plain or rich or next(iter(part.children), None)
    is_empty = not any(text.strip() for text in _texts_within(plain, "text/plain"))
    return rich if is_empty or any("cid:" in text for text in _texts_within(rich, "text/html")) else plain


def _holds(part: Part, media_type: str) -> bool:
    return any(one.media_type == media_type and not _is_file(one) for one in part.walk())


def _texts_within(part: Part, media_type: str) -> Iterator[str]:
    return (_decode(one) for one in part.walk() if one.media_type == media_type and not _is_file(one))


def _is_file(part: Part) -> bool:
    """Return whether a part is a file: all that is no text, and text that has a name or says that it is one."""
    if part.children:
        return False
    if part.media_type not in {"text/plain", "text/html"}:
        return True
    return part.disposition == "attachment" or bool(_given_name(part))


def _text_of(reader: _Reader, part: Part) -> str:
    text = _decode(part)
    if part.media_type == "text/html":
        return convert_html(text, picture_namer(reader.names))
    if part.parameter("format").lower() == "flowed":
        return join_flowed(text, delete_space=part.parameter("delsp").lower() == "yes")
    return text


def _decode(part: Part) -> str:
    limit = HTML_LIMIT if part.media_type == "text/html" else TEXT_LIMIT
    return decode_text(part.decode(limit), part.parameter("charset") or "utf-8")


def _add_file(reader: _Reader, part: Part) -> None:
    if part.media_type in _SIGNATURES:
        return
    number = len(reader.files) + 1
    name = reader.names.get(part.content_id) or _name_of(part, number)
    picture = part.media_type.startswith("image/") and part.disposition != "attachment"
    content = part.decode()
    if not content:
        return
    reader.files.append(FilePart(name, content))
    # A mail program that shows a picture between two texts, without an id, has it in its place in the order.
    mark = f"[picture: {name}]"
    if picture and not part.content_id and reader.blocks and not any(mark in block for block in reader.blocks):
        reader.blocks.append(mark)


def _name_of(part: Part, number: int) -> str:
    """Return a name that a file can have: the given one without folders, or one that is made of its kind."""
    given = clean_mail_line(_SEPARATORS.split(_given_name(part))[-1]).strip(". ")
    if not given:
        extension = _EXTENSIONS.get(part.media_type, ".bin")
        kind = "picture" if part.media_type.startswith("image/") else "file"
        return f"{kind}-{number}{extension}"
    return _cut_name(given)


def _given_name(part: Part) -> str:
    name = ""
    if part.disposition:
        name = read_parameter(part.header.as_parameters("content-disposition"), "filename", "content-disposition")
    return decode_words(name or part.parameter("name")).strip()


def _cut_name(name: str) -> str:
    """Cut a name to what a file system takes, with its extension."""
    stem, dot, extension = name.rpartition(".")
    tail = f".{extension}" if dot and stem and len(extension.encode()) <= 16 else ""
    room = NAME_BYTES - len(tail.encode())
    return name.removesuffix(tail).encode()[:room].decode(errors="ignore") + tail

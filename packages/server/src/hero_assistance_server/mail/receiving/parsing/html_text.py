"""HTML mail as text in Markdown: a sanitiser leaves the few tags that mean something, then each becomes its sign.

Nothing of the HTML reaches a page: what the sanitiser (nh3) left is read once more and written as plain text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from html.parser import HTMLParser
from urllib.parse import unquote

# A longer text is cut; the whole mail stays stored.
SOURCE_LIMIT = 2 * 1024 * 1024
_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "ul", "ol", "pre", "blockquote"})
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "table", "ul", "ol", "pre", "blockquote"})
_TAGS = _BLOCKS | {"a", "b", "br", "code", "em", "hr", "i", "img", "li", "span", "strong", "td", "th"}
_ATTRIBUTES = {"a": {"href"}, "img": {"src", "alt"}, "div": {"id", "class"}, "blockquote": {"type", "class"}}
_MARKS = {"b": "**", "strong": "**", "em": "_", "i": "_", "code": "`"}
DEPTH_LIMIT = 500
# A line that is longer is ended before the next element: each adds to a copy of it.
LINE_LIMIT = 4000
_TAG = re.compile(r"<[^<>]{0,2000}>")
_TAG_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]{0,30})")
# They have no end, or one that is often left out.
_UNCLOSED = frozenset(
    {
        "area",
        "base",
        "br",
        "col",
        "dd",
        "dt",
        "hr",
        "img",
        "input",
        "li",
        "link",
        "meta",
        "option",
        "p",
        "td",
        "th",
        "tr",
    }
)
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_MANY_LINES = re.compile(r"\n{3,}")
_SAFE_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>]+", re.IGNORECASE)

PictureName = Callable[[str, str], str]


def convert_html(html: str, name_picture: PictureName) -> str:
    """Return the text of HTML; `name_picture` says what stands for a picture, by its source and its description."""
    import nh3

    source = html[:SOURCE_LIMIT]
    if is_too_deep(source):
        return _TAG.sub(" ", source)
    clean = nh3.clean(
        source,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        url_schemes={"http", "https", "mailto", "cid"},
        clean_content_tags={"script", "style", "head", "title", "noscript", "template"},
        link_rel=None,
        strip_comments=True,
    )
    writer = _TextWriter(name_picture)
    writer.feed(clean)
    writer.close()
    return writer.text()


class _TextWriter(HTMLParser):
    """Writes the text of clean HTML; it keeps a list of open lists and quotes, and never recurses."""

    def __init__(self, name_picture: PictureName) -> None:
        super().__init__(convert_charrefs=True)
        self._name_picture = name_picture
        self._lines: list[str] = []
        self._line = ""
        self._quotes = 0
        self._in_pre = 0
        self._lists: list[int | None] = []
        self._links: list[tuple[str, int]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Write what stands for the beginning of an element."""
        values = {name: value or "" for name, value in attrs}
        if tag in _BLOCKS or len(self._line) > LINE_LIMIT:
            self._end_line(blank=tag in _PARAGRAPHS)
        if tag in _MARKS:
            self._line += _MARKS[tag]
        elif tag == "a":
            self._links.append((values.get("href", ""), len(self._line)))
        elif tag == "img":
            self._line += self._name_picture(values.get("src", ""), " ".join(values.get("alt", "").split()))
        else:
            self._start_other(tag)

    def handle_endtag(self, tag: str) -> None:
        """Write what stands for the end of an element."""
        if tag in _MARKS:
            self._close_mark(_MARKS[tag])
        elif tag == "a" and self._links:
            self._close_link(*self._links.pop())
        elif tag in {"td", "th"}:
            self._line += "  "
        if tag in _BLOCKS or tag == "li":
            self._end_line(blank=tag in _PARAGRAPHS)
        if tag == "blockquote":
            self._quotes = max(0, self._quotes - 1)
        elif tag == "pre":
            self._in_pre = max(0, self._in_pre - 1)
        elif tag in {"ul", "ol"} and self._lists:
            self._lists.pop()

    def handle_data(self, data: str) -> None:
        """Write text: blanks are one blank, except where they are meant."""
        if len(self._line) > LINE_LIMIT:
            self._end_line(blank=False)
        if self._in_pre:
            first, *others = data.split("\n")
            self._line += first
            for line in others:
                self._end_line(blank=False, keep_empty=True)
                self._line = line
            return
        words = _BLANKS.sub(" ", data).replace("\xa0", " ")
        self._line += words.lstrip() if not self._line.strip() and not self._line.endswith("- ") else words

    def text(self) -> str:
        """Return what was written."""
        self._end_line(blank=False)
        return _MANY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in self._lines)).strip("\n")

    def _start_other(self, tag: str) -> None:
        if tag == "br":
            self._end_line(blank=False, keep_empty=True)
        elif tag == "hr":
            self._end_line(blank=False)
            self._line = "---"
            self._end_line(blank=False)
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "pre":
            self._in_pre += 1
        elif tag in {"ul", "ol"}:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._start_item()

    def _start_item(self) -> None:
        self._end_line(blank=False)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        sign = "- " if number is None else f"{number + 1}. "
        self._line = "  " * max(0, min(len(self._lists), 8) - 1) + sign

    def _close_mark(self, mark: str) -> None:
        """End an emphasis; one with nothing in it leaves nothing."""
        if self._line.endswith(mark):
            self._line = self._line[: -len(mark)]
        else:
            end = len(self._line.rstrip())
            self._line = self._line[:end] + mark + self._line[end:]

    def _close_link(self, href: str, start: int) -> None:
        shown = self._line[start:].strip()
        if not _SAFE_LINK.fullmatch(href) or not shown:
            return
        plain = href.removeprefix("mailto:")
        if shown.rstrip("/") in {plain.rstrip("/"), plain.rstrip("/").partition("://")[2]}:
            return
        self._line += f" <{href}>"

    def _end_line(self, *, blank: bool, keep_empty: bool = False) -> None:
        prefix = "> " * min(self._quotes, 8)
        if self._line.strip() or keep_empty:
            self._lines.append(prefix + self._line)
        if blank and self._lines and self._lines[-1].strip("> "):
            self._lines.append("")
        self._line = ""


def is_too_deep(html: str) -> bool:
    """Return whether elements are nested deeper than any mail program does it; the sanitiser needs quadratic time."""
    depth = 0
    for match in _TAG_NAME.finditer(html):
        if match[2].lower() not in _UNCLOSED:
            depth = max(0, depth - 1) if match[1] else depth + 1
            if depth > DEPTH_LIMIT:
                return True
    return False


def picture_namer(names: Mapping[str, str]) -> PictureName:
    """Return what names pictures: attached ones by their content ids, others by their descriptions."""

    def name(source: str, description: str) -> str:
        attached = _find_attached(names, source)
        if attached is not None:
            return f"[picture: {attached}]"
        # A picture of the web may tell its sender that it is looked at; a tracker has no description.
        return f"[picture: {description}]" if description else ""

    return name


def _find_attached(names: Mapping[str, str], source: str) -> str | None:
    """Return the file that a source means: by its id, else by its name, which Outlook's ids begin with."""
    if not source.startswith("cid:"):
        return names.get(source)
    content_id = unquote(source.removeprefix("cid:"))
    return names.get(content_id) or names.get(content_id.partition("@")[0])

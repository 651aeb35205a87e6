"""HTML mail as it was meant to look, made harmless: what runs, loads or sends something is taken out.

The page shows it in a frame that lets nothing run and nothing load either; each of the two is enough alone.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field

from hero_assistance_sdk.size_limits import KIB, TEXT_BYTES
from hero_assistance_server.attachments.media_type import sniff
from hero_assistance_server.mail.receiving.parsing.content import read_html
from hero_assistance_server.mail.receiving.parsing.html_text import is_too_deep
from hero_assistance_server.mail.receiving.parsing.parts import Part

# An answer has room for both: longer HTML is read as text, larger pictures are among the files.
HTML_BYTES = 4 * TEXT_BYTES
PICTURES_BYTES = 512 * KIB
# More is an attack on the browser's memory, and no table that a person reads.
SPAN_LIMIT = 50
_PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
_TEXT_TAGS = {
    "a",
    "abbr",
    "b",
    "br",
    "code",
    "del",
    "em",
    "font",
    "i",
    "ins",
    "mark",
    "q",
    "s",
    "small",
    "span",
    "strike",
}
_TEXT_TAGS |= {"strong", "sub", "sup", "tt", "u", "var"}
_BLOCK_TAGS = {
    "blockquote",
    "center",
    "dd",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "hr",
    "img",
    "li",
    "ol",
    "p",
    "pre",
}
_BLOCK_TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "ul"}
_TABLE_TAGS = {"caption", "col", "colgroup", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
_TAGS = frozenset(_TEXT_TAGS | _BLOCK_TAGS | _TABLE_TAGS)
_CELL = {"align", "bgcolor", "colspan", "height", "rowspan", "valign", "width"}
_ATTRIBUTES: dict[str, set[str]] = {
    "*": {"align", "dir", "lang", "style", "title"},
    "a": {"href"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "img": {"alt", "height", "src", "width"},
    "ol": {"start", "type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"bgcolor", "valign"},
}
_REMOVED = {"applet", "embed", "form", "frame", "frameset", "head", "iframe", "math", "noframes", "noscript", "object"}
_REMOVED |= {"script", "select", "style", "svg", "template", "textarea", "title"}
_PROPERTIES = re.compile(
    r"(?:background-color|border(?:-(?:top|right|bottom|left))?(?:-(?:color|style|width|radius|collapse|spacing))?|"
    r"color|display|font(?:-(?:family|size|style|variant|weight))?|height|letter-spacing|line-height|"
    r"list-style-type|(?:margin|padding)(?:-(?:top|right|bottom|left))?|max-width|min-width|text-(?:align|decoration|"
    r"indent|transform)|vertical-align|white-space|width|word-break|word-spacing)"
)
# Words, numbers and colours; every function but those of colours loads something, or reads something.
_VALUE = re.compile(r"(?:[\w\s#%.,!'\"+-]|(?:rgb|hsl)a?\([\d\s%.,/deg-]*\))*", re.ASCII | re.IGNORECASE)
_DISPLAYS = frozenset({"block", "inline", "inline-block", "none", "table", "table-cell", "table-row", "list-item"})
_PLAIN_VALUE = re.compile(r"#?[\w%.,\s-]{0,100}")
_WEB = re.compile(r"https?://", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)", re.IGNORECASE)
_DATA = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HtmlDocument:
    """What a frame shows; `web_pictures` says how many pictures of the web were left out, or are loaded."""

    html: str
    web_pictures: int


def make_html_document(mail: Part, *, loads_pictures: bool) -> HtmlDocument | None:
    """Return the harmless HTML of a mail; `None` for one without any, or with more than is shown."""
    source = read_html(mail)
    if not source.strip() or len(source.encode(errors="replace")) > HTML_BYTES or is_too_deep(source):
        return None
    return sanitize_html(source, _read_pictures(mail, source), loads_pictures=loads_pictures)


def sanitize_html(source: str, pictures: Mapping[str, str], *, loads_pictures: bool) -> HtmlDocument:
    """Return HTML without what runs, loads or sends something.

    `pictures` are those of the mail as `data:` addresses, by their content ids. Those of the web tell their sender that
    they are looked at: they stay only where `loads_pictures`.
    """
    import nh3

    keeper = _AttributeKeeper(pictures, loads_pictures)
    html = nh3.clean(
        source,
        tags=set(_TAGS),
        attributes={tag: set(names) for tag, names in _ATTRIBUTES.items()},
        attribute_filter=keeper.keep,
        clean_content_tags=set(_REMOVED),
        set_tag_attribute_values={"a": {"target": "_blank"}},
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
        url_relative="deny",
        strip_comments=True,
    )
    return HtmlDocument(html, keeper.web_pictures)


@dataclass(slots=True)
class _AttributeKeeper:
    """Decides about each attribute that the sanitiser lets through by its name."""

    pictures: Mapping[str, str]
    loads_pictures: bool
    web_pictures: int = field(default=0)

    def keep(self, tag: str, name: str, value: str) -> str | None:
        """Return the value that stays, or `None`."""
        if name == "style":
            return clean_style(value)
        if name == "src":
            return self._keep_source(value.strip())
        if name == "href":
            return value if _LINK.match(value.strip()) else None
        if name in {"colspan", "rowspan", "span"}:
            return str(min(int(value), SPAN_LIMIT)) if value.isascii() and value.isdigit() else None
        if name in {"alt", "title"}:
            return value
        return value if _PLAIN_VALUE.fullmatch(value) else None

    def _keep_source(self, value: str) -> str | None:
        if value[:4].lower() == "cid:":
            return self.pictures.get(value[4:])
        if _WEB.match(value):
            self.web_pictures += 1
            return value if self.loads_pictures else None
        return value if _DATA.fullmatch(value) else None


def clean_style(style: str) -> str | None:
    """Return the declarations of a style that only set how text looks; `None` where none is left."""
    kept = []
    for declaration in style.split(";"):
        name, _colon, value = declaration.partition(":")
        name, value = name.strip().lower(), value.strip()
        if not value or not _PROPERTIES.fullmatch(name) or not _VALUE.fullmatch(value):
            continue
        if name == "display" and value.lower() not in _DISPLAYS:
            continue
        kept.append(f"{name}: {value}")
    return "; ".join(kept) or None


def _read_pictures(mail: Part, source: str) -> dict[str, str]:
    """Return the pictures of a mail that its HTML shows, as far as there is room."""
    found: dict[str, str] = {}
    room = PICTURES_BYTES
    for part in mail.walk():
        if part.children or not part.content_id or f"cid:{part.content_id}" not in source:
            continue
        content = part.decode()
        kind = sniff(content).type
        if kind in _PICTURES and len(content) <= room:
            room -= len(content)
            found[part.content_id] = f"data:{kind};base64,{b64encode(content).decode('ascii')}"
    return found

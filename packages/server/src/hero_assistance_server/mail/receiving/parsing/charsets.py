"""Bytes as text by the charset that a mail names, which may be wrong, unknown or no charset at all."""

from __future__ import annotations

import codecs

# Names of other systems, and charsets that senders mean when they write another one.
_MEANT = {
    "ascii": "cp1252",
    "us-ascii": "cp1252",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "windows-874": "cp874",
    "iso-8859-8-i": "iso8859-8",
    "iso-8859-8-e": "iso8859-8",
    "iso-8859-6-i": "iso8859-6",
    "ks_c_5601-1987": "cp949",
    "euc-kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "x-gbk": "gb18030",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "cp-850": "cp850",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "unicode": "utf-16",
}
# Codecs of Python that are no charsets of mail; two of them take quadratic time.
_REFUSED = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"})


def decode_text(raw: bytes, charset: str) -> str:
    """Return bytes as text; a character that the charset does not have becomes U+FFFD.

    Text that is UTF-8 is read as such even if it says that it is Latin: a wrong label is frequent, and Latin text is
    practically never UTF-8 by chance.
    """
    codec = _find_codec(charset)
    if codec in {None, "cp1252", "utf-8"}:
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return raw.decode("utf-8" if codec == "utf-8" and _is_mostly_utf8(raw) else "cp1252", "replace")
    try:
        return raw.decode(str(codec), "replace")
    except (LookupError, ValueError):
        return raw.decode("utf-8", "replace")


def _find_codec(charset: str) -> str | None:
    """Return the codec of a charset, `None` for what is none."""
    name = charset.strip().strip("\"'").lower()
    try:
        info = codecs.lookup(_MEANT.get(name, name))
    except (LookupError, ValueError, UnicodeError):
        return None
    if info.name in _REFUSED or not getattr(info, "_is_text_encoding", True):
        return None
    return info.name


def _is_mostly_utf8(raw: bytes) -> bool:
    """Return whether a text that says it is UTF-8 has but some broken characters."""
    broken = raw.decode("utf-8", "replace").count("\ufffd")
    return broken * 10 <= sum(byte >= 0x80 for byte in raw[:100_000])

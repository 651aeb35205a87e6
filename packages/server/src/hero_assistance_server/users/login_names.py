"""Names by which the edge knows users: what can be one, and which two are the same.

Source: RFC 8265, the profile UsernameCaseMapped (lower case, then normalization form C), without its mapping of width.
"""

from __future__ import annotations

import unicodedata

# RFC 5321 allows an address 254; no directory has longer user names.
LOGIN_LIMIT = 254


def is_login(text: str) -> bool:
    """Return whether a text can be a login: printable, without spaces, not longer than an e-mail address."""
    return 0 < len(text) <= LOGIN_LIMIT and text.isprintable() and not any(map(str.isspace, text))


def fold_name(text: str) -> str:
    """Return the form by which logins and e-mail addresses are compared.

    `Carol` is `carol`, and `é` is `é` in one character or two.
    """
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).lower())

"""Headers of downloads: browsers run nothing in an uploaded file, and display only pictures in place.

Sources: RFC 6266 and RFC 8187 for names of any characters.
"""

from __future__ import annotations

import re
from urllib.parse import quote

# What a browser draws and never runs; SVG is not among them.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
POLICY = "sandbox; default-src 'none'"
DOWNLOAD = "attachment"

# attr-char of RFC 8187; `quote` leaves letters, digits and `_.-~` alone as well.
_ATTR_CHARS = "!#$&+^`|"
# A name is no path, and ends no quoted text.
_UNSAFE = re.compile(r'[^ -~]|["\\/%]')
_SEPARATORS = str.maketrans("/\\", "__")
_OURS = re.compile(
    r"""(?:inline|attachment); filename="[ !#-\[\]-~]*"; filename\*=UTF-8''[\w!#$&+.^`|~%-]+""", re.ASCII
)


def disposition(name: str, media_type: str) -> str:
    """The `Content-Disposition` of a file: a picture inline, anything else as a download."""
    plain = _UNSAFE.sub("_", name)
    exact = quote(name.translate(_SEPARATORS), safe=_ATTR_CHARS, errors="replace")
    return f"{_kind(media_type)}; filename=\"{plain}\"; filename*=UTF-8''{exact}"


def checked_disposition(given: str, media_type: str) -> str:
    """The value from another server if `disposition` could have made it for this type, else a plain download."""
    return given if _OURS.fullmatch(given) and given.startswith(f"{_kind(media_type)};") else DOWNLOAD


def _kind(media_type: str) -> str:
    return "inline" if media_type in PICTURES else DOWNLOAD

"""The media type of an ISO base media file (MP4 and its relatives), by the brands that it names.

Sources: ISO/IEC 14496-12 for the `ftyp` box, the MP4 Registration Authority for the brands, and RFC 4337, RFC 6381 and
ISO/IEC 23008-12 for their media types.
"""

from __future__ import annotations

# A writer names some ten.
_BRANDS_LIMIT = 64

_IMAGES = {
    **dict.fromkeys((b"avif", b"avis"), "image/avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis"), "image/heic"),
    **dict.fromkeys((b"hevc", b"hevx", b"hevm", b"hevs"), "image/heic-sequence"),
    b"jxl ": "image/jxl",
    b"crx ": "image/x-canon-cr3",
}
_AUDIO = dict.fromkeys((b"M4A ", b"M4B ", b"M4P ", b"F4A ", b"F4B "), "audio/mp4")
_FILMS = {
    **dict.fromkeys((b"M4V ", b"M4VH", b"M4VP", b"F4V ", b"F4P "), "video/mp4"),
    b"qt  ": "video/quicktime",
    b"mjp2": "video/mj2",
}
_SPECIFIC = _IMAGES | _AUDIO | _FILMS
# Brands that say which rules a file follows rather than what it is: a specific one among the others decides.
_GENERIC = {
    **dict.fromkeys((b"mif1", b"mif2", b"miaf", b"MiHE", b"MiHB"), "image/heif"),
    b"msf1": "image/heif-sequence",
    **dict.fromkeys((b"isom", b"mp41", b"mp42", b"mp71", b"avc1", b"dash", b"cmfc", b"MSNV", b"NDSC"), "video/mp4"),
    **{b"iso%X" % number: "video/mp4" for number in range(2, 13)},
}
# Followed by a digit for the release.
_FAMILIES = {
    **dict.fromkeys((b"3gp", b"3ge", b"3gg", b"3gh", b"3gm", b"3gr", b"3gs", b"3gt"), "video/3gpp"),
    b"3g2": "video/3gpp2",
}
# Of a kind that is not known here.
_UNKNOWN = "application/mp4"


def iso_media_type(head: bytes) -> str | None:
    """Return the media type of a file that begins with an `ftyp` box; `None` for one that does not."""
    if head[4:8] != b"ftyp":
        return None
    major, *others = _brands(head)
    if (found := _SPECIFIC.get(major) or _FAMILIES.get(major[:3])) is not None:
        return found
    # Only pictures and songs: a film in MP4 may say that players of other films play it as well.
    narrower = _IMAGES if any(brand in _FILMS for brand in others) else _IMAGES | _AUDIO
    known = [*(narrower[brand] for brand in others if brand in narrower)]
    known += [_GENERIC[brand] for brand in (major, *others) if brand in _GENERIC]
    return known[0] if known else _UNKNOWN


def _brands(head: bytes) -> list[bytes]:
    """Return the major brand and the compatible ones; between them is a version."""
    size = min(int.from_bytes(head[:4]), len(head), 16 + 4 * _BRANDS_LIMIT)
    compatible = [head[at : at + 4] for at in range(16, size - 3, 4)]
    return [head[8:12], *compatible]

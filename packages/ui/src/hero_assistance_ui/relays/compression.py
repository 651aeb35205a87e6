"""Answers as the browser reads them: a long one is compressed, since a page of tickets is long on a phone's network.

The length of a compressed answer tells something of its content to those who choose a part of it and can have it asked
for again and again. No other site can: calls are refused that do not come from the page itself.
"""

from __future__ import annotations

import asyncio
import gzip
from functools import partial

from hero_assistance_sdk.size_limits import KIB
from hero_assistance_ui.assets import Encoding, choose_encoding

# A shorter answer fits one packet as it is.
_SHORT_BYTES = 1_400
# A longer one takes more than 2 ms, and the longest that is relayed some 100: other callers do not wait for it.
_LONG_BYTES = 256 * KIB
# The fastest: a page of 50 tickets takes half a millisecond and a fifth of its bytes.
_LEVEL = 1
_OFFERED = {Encoding.GZIP: b""}


async def compress(body: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """Return the body as it is sent and the headers that say so; `accepted` is the request's `Accept-Encoding`."""
    if len(body) <= _SHORT_BYTES or choose_encoding(accepted, _OFFERED) is not Encoding.GZIP:
        return body, {"vary": "accept-encoding"}
    encode = partial(gzip.compress, body, _LEVEL, mtime=0)
    sent = encode() if len(body) <= _LONG_BYTES else await asyncio.to_thread(encode)
    return sent, {"vary": "accept-encoding", "content-encoding": Encoding.GZIP.value}

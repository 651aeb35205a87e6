"""The sizes, in bytes, that depend on each other: of texts, rows, pages, answers, batches, and what the page relays.

Each is made of those above it, so that none can be raised alone: the longest text fits into a request, the largest
row into a page, a page into an answer, and every answer into what the page passes on to a browser.
"""

from __future__ import annotations

from typing import Final

KIB: Final = 1024
MIB: Final = 1024 * KIB

# A text that a user writes, in UTF-8; longer ones are attachments.
TEXT_BYTES: Final = 64 * KIB
# JSON writes a quote or a line break as two bytes, a control character as six; earlier releases stored some of these.
JSON_GROWTH: Final = 6
# The rest of the largest row: title, names, tags, people, and the descriptions of 100 attachments.
ROW_REST_BYTES: Final = 256 * KIB
# The largest row has two texts: an event with a ticket and a message, or a macro with a note and a reply.
ROW_BYTES: Final = 2 * TEXT_BYTES * JSON_GROWTH + ROW_REST_BYTES
# A request that makes such a row; screenshots travel as attachments.
REQUEST_BYTES: Final = ROW_BYTES
# The rows of a page, without what stands around them: another row ends the page. The largest row fits.
PAGE_BYTES: Final = ROW_BYTES
# A whole answer: a page and what stands around it. More is a defect, and refused.
ANSWER_BYTES: Final = 2 * PAGE_BYTES
# Once the answers of a batch have so many bytes together, the calls behind them are refused and not run.
BATCH_BYTES: Final = 2 * ANSWER_BYTES
# What one reader of events may be behind.
QUEUE_BYTES: Final = 8 * ROW_BYTES
# What the page passes on of one answer: room for servers of other releases, and a bound on what a stranger's sends.
RELAY_BYTES: Final = 8 * ANSWER_BYTES

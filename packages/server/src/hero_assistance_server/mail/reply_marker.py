"""The line of our letters above which an answer is written; what is below it is a quote."""

from __future__ import annotations

REPLY_MARKER = "--- Please write your answer above this line ---"

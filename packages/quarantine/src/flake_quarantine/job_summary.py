"""GitHub's job summary: the Markdown file that `GITHUB_STEP_SUMMARY` names."""

from __future__ import annotations

import os
from pathlib import Path


def is_wanted() -> bool:
    """Tell whether this process runs in a GitHub job."""
    return bool(os.environ.get("GITHUB_STEP_SUMMARY"))


def append(markdown: str) -> None:
    """Append to the job summary; does nothing outside of a GitHub job."""
    target = os.environ.get("GITHUB_STEP_SUMMARY")
    if target:
        with Path(target).open("a", encoding="utf-8") as file:
            file.write(markdown)


def escape_cell(text: str) -> str:
    """Return the text as it may stand in a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")

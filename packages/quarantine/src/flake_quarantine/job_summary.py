"""The summary of a CI job: a file on GitHub, an annotation on Buildkite, links on GitLab, or a file anywhere."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from flake_quarantine.errors import QuarantineError

FILE_VARIABLES = ("GITHUB_STEP_SUMMARY", "QUARANTINE_SUMMARY")  # each names a Markdown file to append to
LINKS_VARIABLE = "QUARANTINE_ANNOTATIONS"  # names a JSON file, for GitLab's `artifacts:reports:annotations`
LINKS_TITLE = "Quarantine"
BUILDKITE_AGENT = "buildkite-agent"
BUILDKITE_JOB = "BUILDKITE_JOB_ID"
AGENT_SECONDS = 30.0
MAX_BYTES = 1_000_000  # GitHub and Buildkite take 1 MiB
SPECIAL = re.compile(r"[\\|<\[`]")  # what begins something in Markdown that a text of others must not
CUT = "\n\nThe rest is too long for a summary.\n"


class Link(NamedTuple):
    """A link to show at the job, such as that to the issue of a test."""

    label: str
    url: str


def is_wanted() -> bool:
    """Tell whether something shows what this process appends."""
    return any(os.environ.get(name) for name in (*FILE_VARIABLES, LINKS_VARIABLE)) or _is_buildkite_job()


def append(markdown: str, *, is_red: bool = False, links: Sequence[Link] = ()) -> None:
    """Append to the summary, wherever there is one; `is_red` if it is of something that fails the job.

    Raises QuarantineError if a file cannot be written.
    """
    data = markdown.encode()
    if len(data) > MAX_BYTES:
        markdown = data[: MAX_BYTES - len(CUT)].decode(errors="ignore") + CUT
    if _is_buildkite_job():
        _annotate_build(markdown, "error" if is_red else "info")
    try:
        for target in filter(None, map(os.environ.get, FILE_VARIABLES)):
            with Path(target).open("a", encoding="utf-8") as file:
                file.write(markdown)
        annotations = os.environ.get(LINKS_VARIABLE)
        if annotations:
            _add_links(Path(annotations), links)
    except OSError as error:
        names = ", ".join((*FILE_VARIABLES, LINKS_VARIABLE))
        raise QuarantineError(f"no summary of the job: {error}; {names} name its files") from error


def escape_cell(text: str) -> str:
    """Return the text as it may stand in a cell of a Markdown table: it holds no code, link, picture or HTML."""
    return SPECIAL.sub(r"\\\g<0>", " ".join(text.splitlines()))


def format_code(text: str) -> str:
    """Return the text, such as a node id, as code in a line of Markdown; it may hold backticks."""
    text = " ".join(text.splitlines())
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    blank = " " if len(fence) > 1 else ""  # Markdown takes it off
    return f"{fence}{blank}{text}{blank}{fence}"


def format_code_cell(text: str) -> str:
    """Return the text as code in a cell of a Markdown table."""
    return format_code(text).replace("|", "\\|")


def _is_buildkite_job() -> bool:
    return os.environ.get("BUILDKITE") == "true" and bool(os.environ.get(BUILDKITE_JOB))


def _annotate_build(markdown: str, style: str) -> None:
    """Hand the text to Buildkite's agent; a summary that cannot be shown fails nothing."""
    # Imported here: most runs are no Buildkite jobs.
    import subprocess

    command = [BUILDKITE_AGENT, "annotate", "--append", "--style", style]
    command += ["--context", f"flake-quarantine-{os.environ[BUILDKITE_JOB]}"]
    try:
        subprocess.run(command, input=markdown, text=True, capture_output=True, timeout=AGENT_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return


def _add_links(path: Path, links: Sequence[Link]) -> None:
    """Add the links to those that are there; the file is written without any too, as GitLab looks for it."""
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        known = {}
    if not isinstance(known, dict):  # GitLab reads an object of lists, and nothing else
        known = {}
    shown = known.get(LINKS_TITLE)
    shown = known[LINKS_TITLE] = shown if isinstance(shown, list) else []
    new = [{"external_link": link._asdict()} for link in links if link.url.startswith(("https://", "http://"))]
    shown += [link for link in new if link not in shown]
    path.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")

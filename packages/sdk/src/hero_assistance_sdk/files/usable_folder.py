"""What a program says of a folder that it cannot write to."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.os_errors import choose_hint
from hero_assistance_sdk.shell_words import quote_command


class FolderUnusable(HeroError):
    """A folder that a program writes to is read-only, belongs to another user, or is no folder."""

    reason = "folder-unusable"


@contextmanager
def usable_folder(folder: Path) -> Iterator[None]:
    """Raise `FolderUnusable` for every `OSError` of what is done in a folder."""
    try:
        yield
    except OSError as error:
        raise FolderUnusable(
            f"{folder} cannot be used: {error.strerror or error}", hint=_explain_folder(folder, error)
        ) from error


def _explain_folder(folder: Path, error: OSError) -> str:
    hint = None if error.errno == errno.EROFS else choose_hint(error, folder)
    user = os.geteuid()
    look = quote_command("ls", "-ld", folder)
    return hint or f"it must be a folder on a writable disk that user {user} may write to; see: {look}"

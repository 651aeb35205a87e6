"""Copies the files of attachments: each once, since a file with another content has another name."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from hero_assistance.replication.configuration import RETENTION_H
from hero_assistance.replication.target_folder import TargetFolder, list_local
from hero_assistance_sdk.files.durable_files import write_atomic

GONE = "gone.json"
_RETENTION_S = RETENTION_H * 3600


class AttachmentCopier:
    """Keeps the attachments of a target like those of the data folder."""

    def __init__(self, target: TargetFolder, attachments: Path, state: Path) -> None:
        self._target = target
        self._attachments = attachments
        self._gone_file = state / GONE
        self._there: set[str] | None = None

    def copy(self, report: Callable[[int], None]) -> None:
        """Copy what is not at the target yet; `report` gets how many files wait.

        Raises `ReplicaFailed` or `OSError`.
        """
        if self._there is None:
            self._there = self._target.list_files()
        waiting = sorted(list_local(self._attachments) - self._there)
        for start in range(0, len(waiting), self._target.portion):
            report(len(waiting) - start)
            portion = waiting[start : start + self._target.portion]
            # One that was deleted meanwhile is not there, and may be uploaded again.
            self._there |= self._target.put(self._attachments, portion)

    def forget(self, now: float) -> None:
        """Delete at the target what has been gone here as long as the database's old snapshots are kept.

        Until then a replica of before the deletion has its files.
        """
        if self._there is None or not self._attachments.is_dir():
            # Without its folder the desk has lost its files rather than deleted them.
            return
        gone = self._there - list_local(self._attachments)
        since = {name: at for name, at in self._read_gone().items() if name in gone}
        since |= dict.fromkeys(gone - since.keys(), now)
        due: Sequence[str] = sorted(name for name, at in since.items() if now - at >= _RETENTION_S)
        if due:
            self._target.delete(due)
            self._there -= set(due)
        write_atomic(self._gone_file, json.dumps({name: since[name] for name in sorted(gone - set(due))}).encode())

    def _read_gone(self) -> dict[str, float]:
        try:
            return {str(name): float(at) for name, at in json.loads(self._gone_file.read_bytes()).items()}
        except (FileNotFoundError, ValueError, AttributeError, TypeError):
            return {}

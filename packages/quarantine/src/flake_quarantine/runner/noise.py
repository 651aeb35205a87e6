"""Noise around tests: processes that burn the CPU or write to the disk, threads that starve event loops."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass

from flake_quarantine.errors import QuarantineError
from flake_quarantine.runner.child_process import kill_group

BURN = "while True: sum(range(10**6))"
WRITE = """
import os, tempfile
with tempfile.TemporaryFile() as file:
    while True:
        file.seek(0)
        file.write(os.urandom(1 << 20))
        os.fsync(file.fileno())
"""


@dataclass(frozen=True)
class Noise:
    """How many processes burn the CPU (`cpu`) or write (`io`), and threads per worker hold the GIL (`loop`)."""

    cpu: int = 0
    io: int = 0
    loop: int = 0

    @classmethod
    def parse(cls, text: str) -> Noise:
        """Read `cpu=4,io=1,loop=1`; raises QuarantineError."""
        parts = [part for part in text.split(",") if part]
        if not all(re.fullmatch(r"(cpu|io|loop)=\d{1,3}", part) for part in parts):
            raise QuarantineError(f"noise must be written as cpu=4,io=1,loop=1, not {text!r}")
        return cls(**{key: int(value) for key, value in (part.split("=") for part in parts)})

    def __str__(self) -> str:
        return ",".join(f"{key}={value}" for key, value in vars(self).items() if value)

    @contextlib.contextmanager
    def make(self) -> Iterator[None]:
        """Run the CPU and disk processes while the block lasts; the workers start the threads themselves."""
        with tempfile.TemporaryDirectory(prefix="fq") as folder, contextlib.ExitStack() as stack:
            for program in [BURN] * self.cpu + [WRITE] * self.io:
                child = subprocess.Popen([sys.executable, "-c", program], cwd=folder, start_new_session=True)
                stack.callback(kill_group, child)
            yield

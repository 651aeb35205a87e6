"""What a measuring pytest process does, as a JSON file that an environment variable names."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class TrialSpec:
    """The orders of one measuring pytest process and its workers."""

    log_folder: str
    parts: tuple[dict[str, int], ...] | None = None  # copies of tests; None: everything once, as it was collected
    workers: int = 1
    seed: int = 0
    exclusive: tuple[str, ...] = ()  # never two copies of these at a time
    once_per_process: tuple[str, ...] = ()  # a process runs these once, however many copies it is given
    audit: bool = False  # note the resources that each test touches
    loop_noise: int = 0  # threads in each worker that hold the interpreter lock
    forks: int = 0  # processes that a fork server forks to share the tests; 0: the fork itself runs them
    serves: int | None = None  # the descriptor of a socket: collect, and fork for each run that is asked for there

    def write(self, path: Path) -> None:
        """Write it as JSON, for `read`."""
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def read(cls, path: str) -> TrialSpec:
        """Read what `write` wrote."""
        fields = json.loads(Path(path).read_text(encoding="utf-8"))
        lists = {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}
        return cls(**{**fields, **lists})

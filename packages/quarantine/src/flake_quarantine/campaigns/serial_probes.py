"""Short runs in one process that say what kind of failure was seen under load: one of repetition, or of order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flake_quarantine.campaigns.bisection import count_failures
from flake_quarantine.inference.suspects import list_before_failures
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Run

COPIES = 3
MAX_EARLIER = 40  # tests before every failure: among more, it is not worth the time to look for an order


def fails_when_repeated(runner: PytestRunner, nodeid: str, seed: int) -> bool:
    """Tell whether the test fails when one process runs it twice, which no ordinary run does."""
    batch = Batch(workers=1, parts=({nodeid: COPIES},), seed=seed)
    return any(run.failed for run in runner.run_serially(batch)[1:])


def find_earlier_tests(
    runner: PytestRunner,
    runs: Sequence[Run],
    nodeid: str,
    *,
    seed: int,
    copies: int = COPIES,
    report_progress: Callable[[str], None] = lambda line: None,
) -> tuple[str, ...]:
    """Return the tests that ran before each failure, if it fails after them in one process, too; else nothing."""
    earlier = list_before_failures(runs, nodeid)
    if not earlier or len(earlier) > MAX_EARLIER:
        return ()
    parts = (dict.fromkeys(earlier, 1), {nodeid: copies})
    batch = Batch(workers=1, parts=parts, seed=seed, targets=(nodeid,))
    tried = count_failures(runner.run_serially(batch), nodeid)
    report_progress(f"{nodeid}: after {len(earlier)} tests in one process {tried.failures}/{tried.runs}")
    return tuple(earlier) if tried.failures * 2 > tried.runs else ()

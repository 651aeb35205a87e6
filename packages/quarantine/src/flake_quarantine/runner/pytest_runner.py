"""Runs tests alone and under load, in fresh pytest processes or in forks of one, and reads what happened."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flake_quarantine.constants import OWNER_VARIABLE, TRIAL_VARIABLE
from flake_quarantine.errors import TrialFailed
from flake_quarantine.job_summary import BUILDKITE_JOB, FILE_VARIABLES, LINKS_VARIABLE
from flake_quarantine.machine_load import MachineLoad
from flake_quarantine.node_ids import extract_path
from flake_quarantine.runner import trial_log
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.child_process import LOOK_SECONDS, End, ProcessResult, run_command
from flake_quarantine.runner.fork_pool import ForkPool
from flake_quarantine.runner.forking_pytest import ForkingPytest
from flake_quarantine.runner.load_reader import ProcessorTimes, compare_times, read_processor_times, wait_until_quiet
from flake_quarantine.runner.stuck_batch import STUCK_SECONDS, StuckBatch
from flake_quarantine.runner.trial_log import TrialLog
from flake_quarantine.runner.trial_spec import TrialSpec
from flake_quarantine.runs import Outcome, Run

ALONE_SECONDS = 120.0
BATCH_SECONDS = 600.0
COLLECT_SECONDS = 300.0
# A test that ran for less when its batch was ended was slow, as tests are under load: it did not hang.
CUT_OFF_SECONDS = ALONE_SECONDS
# Variables with which a child would write reports, or take itself for a worker of the run that started it.
NOT_INHERITED = (*FILE_VARIABLES, LINKS_VARIABLE, BUILDKITE_JOB, "PYTEST_CURRENT_TEST", "PYTEST_XDIST_WORKER",
                 "PYTEST_XDIST_WORKER_COUNT", "PYTEST_XDIST_TESTRUNUID", OWNER_VARIABLE)  # fmt: skip
# pytest's exit statuses: 0 passed, 1 failed, 2 interrupted, 4 usage error, 5 nothing collected.
COLLECTED = (0, 1, 4, 5)
RAN = (0, 1, 2, 5)


@dataclass
class PytestRunner:
    """One project's tests and how to run them; `options` are handed to every pytest, times are in seconds."""

    root: Path
    options: tuple[str, ...] = ()
    cwd: Path | None = None
    xdist: bool = True
    alone_seconds: float = ALONE_SECONDS
    batch_seconds: float = BATCH_SECONDS
    until: float = float("inf")  # of the monotonic clock, when everything that runs is ended
    read_times: Callable[[], ProcessorTimes | None] = read_processor_times
    uncollected: tuple[str, ...] = ()  # what `collect` had to leave out
    forks: ForkPool | None = None  # where runs are forked; None: each is made in a fresh process

    @property
    def fresh(self) -> PytestRunner:
        """The same runner, which forks nothing."""
        return replace(self, forks=None)

    def explain_refusal(self, nodeid: str) -> str:
        """Say which runs of the test are not forked, and why; empty if all are, or if nothing is to be forked."""
        return self.forks.explain_refusal(str(self.root / extract_path(nodeid))) if self.forks else ""

    def wait_until_quiet(self, most: float, seconds: float) -> float:
        """Wait until others use no more than this share of the processors, at most so long; return the seconds."""
        return wait_until_quiet(self.read_times, most, min(seconds, self.until - time.monotonic()))

    def can_fork(self, batch: Batch) -> bool:
        """Tell whether the workers of this batch can be forks; a process that has collected its files is kept."""
        return self._find_server(batch.nodeids) is not None

    def list_unforkable(self, nodeids: Iterable[str]) -> set[str]:
        """Return those of these tests whose files are known to speak against forks."""
        forks = self.forks
        if forks is None or not forks.refusals:
            return set()
        return {nodeid for nodeid in nodeids if forks.is_refused(str(self.root / extract_path(nodeid)))}

    def collect(self, arguments: Iterable[str] = ()) -> list[str]:
        """Return the node ids that pytest collects, and learn the root folder that they are relative to.

        A file that cannot be imported is left out, and noted in `uncollected`: others can be measured without it.
        Raises TrialFailed, with the end of pytest's output.
        """
        options = ["--collect-only", "-q", "--continue-on-collection-errors", *arguments]
        log, result = self._run(options, TrialSpec(log_folder=""), COLLECT_SECONDS, rooted=False)
        if not log.rootdir or result.status not in COLLECTED:
            raise TrialFailed(f"pytest could not collect ({result.describe()}):\n{result.output[-2000:]}")
        self.root = Path(log.rootdir)
        self.uncollected = tuple(dict.fromkeys((*self.uncollected, *log.uncollected)))
        return list(dict.fromkeys(log.collected))

    def run_alone(self, nodeid: str) -> Run:
        """Run one test alone: in a fresh process, or in a fork of one that has collected its file and nothing else.

        Its outcome is `NOT_RUN` if pytest did not report this one test; `text` says why.
        """
        server = self._find_server([nodeid], exact=True)
        # No path: a parameter set may hold a URL, whose slashes a path would join.
        spec = TrialSpec(log_folder="", parts=({nodeid: 1},))
        before = self.read_times()
        try:
            log, result = self._run([f"{self.root}/{nodeid}"], spec, self.alone_seconds, server=server)
        except OSError as error:  # a full disk, or too many processes
            return _describe_unstarted(nodeid, f"no pytest could be started: {error}")
        own = [run for run in log.runs if run.nodeid == nodeid]
        if not own:
            if server is not None:  # such as a parameter that differs from process to process
                return self.fresh.run_alone(nodeid)
            return _describe_unstarted(nodeid, f"{result.describe()}\n{result.output[-2000:]}")
        run = next((run for run in own if run.failed), own[0])
        run.load = self._compare_times(before, result, server)
        run.forked = server is not None
        if run.outcome in (Outcome.CRASHED, Outcome.HUNG, Outcome.NOT_RUN):
            run.text = f"{result.describe()}\n{result.output[-2000:]}"
        return run

    def run_batch(self, batch: Batch) -> list[Run]:
        """Run a batch on its workers and return every run of it, the neighbours' too.

        The workers are fresh processes, or forks of one that has collected all that the batch needs.
        Raises TrialFailed, with the end of pytest's output, if no test ran.
        """
        server = self._find_server(batch.nodeids)
        log, result = self._run_parts(batch, ["-n", str(batch.workers), "--dist", "worksteal"], batch.workers, server)
        if not log.runs and server is not None and time.monotonic() < self.until:
            return self.fresh.run_batch(batch)
        if not log.runs and result.status not in RAN and result.end is End.BY_ITSELF:
            raise TrialFailed(f"pytest could not run a batch ({result.describe()}):\n{result.output[-2000:]}")
        return log.runs

    def run_serially(self, batch: Batch) -> list[Run]:
        """Run a batch in one process, one test after the other: order without load."""
        server = self._find_server(batch.nodeids)
        return self._run_parts(batch, ["-n", "0"], 0, server)[0].runs

    def run_pytest(self, arguments: Sequence[str], variables: Mapping[str, str], seconds: float) -> ProcessResult:
        """Run a pytest that is no trial."""
        command = [sys.executable, "-m", "pytest", *self.options, *arguments]
        env = {name: value for name, value in os.environ.items() if name not in (*NOT_INHERITED, TRIAL_VARIABLE)}
        return run_command(command, cwd=self.cwd or Path.cwd(), env={**env, **variables}, seconds=seconds)

    def _find_server(self, nodeids: Iterable[str], *, exact: bool = False) -> ForkingPytest | None:
        """Return a process to fork that has collected the files of these tests; None to start fresh processes."""
        if self.forks is None:
            return None
        files = {str(self.root / extract_path(nodeid)) for nodeid in nodeids}
        find = self.forks.find if exact else self.forks.find_larger
        try:
            return find(files, self._start_server)
        except OSError:  # too many processes, or no time: the run itself will say so
            return None

    def _start_server(self, files: Collection[str]) -> ForkingPytest:
        """Start a process that collects the files, and forks for each run."""
        folder = tempfile.TemporaryDirectory(prefix="fq", ignore_cleanup_errors=True)
        spec_path = Path(folder.name) / "spec.json"
        server = ForkingPytest(folder, f"{TRIAL_VARIABLE}={spec_path}")
        TrialSpec(log_folder=folder.name, serves=server.their_channel.fileno()).write(spec_path)
        command = [*self._make_command(), "--continue-on-collection-errors", *files]
        seconds = max(0.0, min(COLLECT_SECONDS, self.batch_seconds, self.until - time.monotonic()))
        try:
            server.start(command, cwd=self.cwd or Path.cwd(), env=_make_environment(spec_path), seconds=seconds)
            # The pool remembers a refusal, and a later measurement of the same hunt may have more time.
            if server.hazards and time.monotonic() >= self.until:
                raise TimeoutError("the time was up before it had collected")
        except BaseException:
            server.close()
            raise
        return server

    def _compare_times(
        self, before: ProcessorTimes | None, result: ProcessResult, server: ForkingPytest | None
    ) -> MachineLoad | None:
        """Return the load since then; not known if a server has died, whose whole time would count as this run's."""
        if server is not None and not server.is_alive:
            return None
        return compare_times(before, self.read_times(), result.uncounted_seconds)

    def _make_command(self, *, rooted: bool = True) -> list[str]:
        command = [sys.executable, "-m", "pytest", *self.options, *(["-n", "0"] if self.xdist else [])]
        return [*command, f"--rootdir={self.root}"] if rooted else command

    def _run_parts(
        self, batch: Batch, options: list[str], workers: int, server: ForkingPytest | None
    ) -> tuple[TrialLog, ProcessResult]:
        spec = TrialSpec(
            log_folder="",
            parts=tuple(map(dict, batch.parts)),
            workers=batch.workers,
            seed=batch.seed,
            exclusive=batch.exclusive,
            once_per_process=batch.once_per_process,
            audit=batch.audit,
            loop_noise=batch.noise.loop,
            forks=workers if server else 0,
        )
        files = sorted({str(self.root / extract_path(nodeid)) for nodeid in batch.nodeids})
        # A worker lost is a result, not a reason to stop.
        options += ["--max-worker-restart", str(max(20, batch.run_count))]
        before = self.read_times()
        with batch.noise.make():
            log, result = self._run(
                [*options, *files],
                spec,
                self.batch_seconds,
                cut_off_seconds=CUT_OFF_SECONDS,
                targets=batch.targets,
                server=server,
            )
        # The noise is a part of it that is our own.
        load = self._compare_times(before, result, server)
        for run in log.runs:
            run.load, run.forked = load, server is not None
        return log, result

    def _run(
        self,
        arguments: list[str],
        spec: TrialSpec,
        seconds: float,
        *,
        rooted: bool = True,
        cut_off_seconds: float = 0,
        targets: Collection[str] = (),
        server: ForkingPytest | None = None,
    ) -> tuple[TrialLog, ProcessResult]:
        with tempfile.TemporaryDirectory(prefix="fq", ignore_cleanup_errors=True) as folder:
            spec_path = Path(folder) / "spec.json"
            log_folder = Path(folder) / "out"
            log_folder.mkdir()
            replace(spec, log_folder=str(log_folder)).write(spec_path)
            begin, batch = time.monotonic(), StuckBatch(log_folder, targets)
            limit = min(seconds, self.until - begin)
            if server is None:
                result = run_command(
                    [*self._make_command(rooted=rooted), *arguments],
                    cwd=self.cwd or Path.cwd(),
                    env=_make_environment(spec_path),
                    seconds=limit,
                    is_stuck=batch.is_stuck,
                    before_end=batch.note_running,
                    marker=f"{TRIAL_VARIABLE}={spec_path}",
                )
            else:
                result = server.run(
                    spec_path,
                    Path(folder) / "output",
                    seconds=limit,
                    is_stuck=batch.is_stuck,
                    before_end=batch.note_running,
                )
            hung_before = self._find_hung_before(result, cut_off_seconds)
            return trial_log.read(log_folder, hung_before=hung_before, running=batch.running), result

    def _find_hung_before(self, result: ProcessResult, cut_off_seconds: float) -> float | None:
        """Return the time before which a run that did not end began to hang; None if pytest ended by itself."""
        now = time.monotonic()
        if result.end is End.BY_ITSELF:
            return None
        if result.stuck:
            return now - STUCK_SECONDS + LOOK_SECONDS
        if now >= self.until:
            return now - max(self.alone_seconds, cut_off_seconds)  # it was ended early: that says nothing
        return now - cut_off_seconds


def _make_environment(spec_path: Path) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
    return {**env, TRIAL_VARIABLE: str(spec_path), "COVERAGE_FILE": str(spec_path.parent / "coverage")}


def _describe_unstarted(nodeid: str, text: str) -> Run:
    """Return the run of a test that pytest did not start: it cannot be collected, or its process died before."""
    return Run(
        nodeid=nodeid,
        worker="alone",
        start=0,
        stop=0,
        outcome=Outcome.NOT_RUN,
        signature="not collected",
        text=text,
    )

"""Measures tests alone and under load in turns, several at a time under load, until each has a verdict."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from flake_quarantine.campaigns.batch_planner import BatchKind, BatchPlanner, split_into_groups
from flake_quarantine.campaigns.campaign import Campaign, note_hung_neighbours
from flake_quarantine.campaigns.cause_finder import CauseFinder, limit_copies
from flake_quarantine.campaigns.measured_test import Copies, MeasuredTest
from flake_quarantine.campaigns.serial_probes import COPIES, fails_when_repeated, find_earlier_tests
from flake_quarantine.inference.bursts import count_events, count_joint_failures
from flake_quarantine.inference.limits import Limits
from flake_quarantine.inference.measurement import BatchToRepeat, Measurement
from flake_quarantine.inference.statistics import ALPHA
from flake_quarantine.inference.stopping_rule import RunAlone, RunLoad, Stop, Verdict, choose_step, stop_at_time_limit
from flake_quarantine.inference.tally import Rung, Tally
from flake_quarantine.runner.batches import Batch
from flake_quarantine.runner.load_reader import QUIET_SECONDS
from flake_quarantine.runner.pytest_runner import PytestRunner
from flake_quarantine.runs import Run

SERIAL_BATCHES = 3  # tell order from load, with as many neighbours as the batch had that failed
MAX_QUIET_SECONDS = 120.0  # in all, for others to leave the machine before failures alone are repeated


class Measurer:
    """Measures tests of one suite: several at a time under load, and one after the other alone."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign, self.settings = campaign, campaign.settings
        self.planner = BatchPlanner(campaign)
        self.quiet_seconds = MAX_QUIET_SECONDS  # that are left to wait

    def measure(self, nodeids: Sequence[str], family: int | None = None) -> list[Measurement]:
        """Measure the tests until each has a verdict, and return the measurements in the given order.

        Each test must reach the threshold divided by `family`, the number of tests in question: by default, all given.
        """
        limits = replace(self.settings.limits, threshold=ALPHA / max(1, family or len(nodeids)))
        tests = [MeasuredTest(measurement=self._make_measurement(nodeid)) for nodeid in nodeids]
        waiting = tests
        while waiting:
            waiting = self._take_turn(waiting, limits)
        for test in tests:
            if test.measurement.verdict is Verdict.LOAD_ONLY and time.monotonic() < self.settings.until:
                self._find_cause(test)
        return [test.measurement for test in tests]

    def _take_turn(self, tests: Sequence[MeasuredTest], limits: Limits) -> list[MeasuredTest]:
        """Give each test its next step and return those that need another."""
        under_load: dict[BatchKind, list[Copies]] = {}
        left = []
        for test in tests:
            step = self._choose_step(test, test.forks.tighten(limits))
            if isinstance(step, Stop):
                self._stop(test, step)
                continue
            left.append(test)
            if isinstance(step, RunAlone):
                self._run_alone(test, step.runs)
            else:
                rung = 0 if test.earlier else step.rung  # of fewer workers, each runs more tests before it
                kind = rung, test.forks.needs_fresh_batch(rung, test.measurement.tally)
                copies = self.planner.count_copies(test, step.runs, kind, limits)
                under_load.setdefault(kind, []).append((test, copies))
        for (rung, fresh), wanted in under_load.items():
            for group in split_into_groups(wanted):
                self._run_load(rung, group, fresh=fresh)
                self._confirm_forks(rung, group)
        return left

    def _choose_step(self, test: MeasuredTest, limits: Limits) -> RunAlone | RunLoad | Stop:
        tally = test.measurement.tally
        step = choose_step(tally, limits)
        if time.monotonic() > self.settings.until and not isinstance(step, Stop):
            return stop_at_time_limit(tally, limits)
        return step

    def _stop(self, test: MeasuredTest, stop: Stop) -> None:
        measurement = test.measurement
        measurement.verdict, measurement.hint, measurement.p = stop.verdict, stop.hint, measurement.tally.p
        refusal = self.campaign.runner.explain_refusal(test.nodeid)
        if refusal:
            measurement.notes.append(refusal)
        self.campaign.report_progress(f"{test.nodeid}: {stop.verdict}")

    def _make_measurement(self, nodeid: str) -> Measurement:
        options = tuple(self.campaign.runner.options)
        return Measurement(nodeid=nodeid, tally=self._make_tally(), pytest_options=options)

    def _make_tally(self) -> Tally:
        return Tally([Rung(workers) for workers in self.settings.workers])

    def _run_alone(self, test: MeasuredTest, times: int) -> None:
        """Run the test alone until it fails, `times` times at most."""
        measurement, runs = test.measurement, []
        for _ in range(times):
            if time.monotonic() > self.settings.until:
                break
            if measurement.tally.foreign_failures:
                self._wait_until_quiet()
            begin = time.monotonic()
            runner = self._choose_runner(fresh=test.forks.needs_fresh_run(measurement.tally))
            run = runner.run_alone(test.nodeid)
            seconds = time.monotonic() - begin
            runs.append(run)
            test.seconds = max(test.seconds, run.seconds)
            if run.failed and run.forked and not self.settings.is_foreign([run]):
                runs.append(self._confirm_alone(test))
            elif run.counts:
                self._count_alone(measurement, run, seconds)
            else:
                self._count_unmade(measurement, run)
            if run.failed:
                break
        self.campaign.record("alone", 0, runs)
        tally = measurement.tally
        self.campaign.report_progress(f"{test.nodeid}: alone {tally.alone_failures}/{tally.alone_runs}")

    def _wait_until_quiet(self) -> None:
        """Wait for others to leave the machine: after a failure under their load, no run counts while it goes on."""
        runner = self.campaign.limited_runner
        waited = runner.wait_until_quiet(self.settings.max_foreign_load, self.quiet_seconds)
        self.quiet_seconds -= waited
        if waited > QUIET_SECONDS:
            self.campaign.report_progress(f"waited {waited:.0f} s for other programs, which use the machine")

    def _count_alone(self, measurement: Measurement, run: Run, seconds: float) -> None:
        """Count a run alone; one that failed under foreign load says so."""
        foreign = self.settings.is_foreign([run])
        measurement.tally.add_alone(failed=run.failed, seconds=seconds, foreign=foreign)
        if run.failed:
            measurement.signatures[run.signature] += 1
            measurement.notes.append(run.text)
        if run.failed and foreign and run.load:
            note = f"it failed alone {run.load.describe()}, which does not count"
            measurement.notes.append(note)
            self.campaign.report_progress(f"{measurement.nodeid}: {note}")

    def _count_unmade(self, measurement: Measurement, run: Run) -> None:
        """Count a run alone that was skipped or not made, so that a test that is never run is given up."""
        measurement.tally.empty_batches += 1
        measurement.notes += [run.text] if run.text else []
        measurement.tally.load_last = False

    def _confirm_alone(self, test: MeasuredTest) -> Run:
        """Run the test in a fresh process after it failed in a fork: only a failure there counts."""
        begin = time.monotonic()
        run = self._choose_runner(fresh=True).run_alone(test.nodeid)
        if run.failed:
            self._count_alone(test.measurement, run, time.monotonic() - begin)
        elif run.counts:
            test.forks.failed_alone = True
            self._restart_without_forks(test, "it failed alone in a fork, and passed in a fresh process")
        else:
            self._count_unmade(test.measurement, run)
        return run

    def _confirm_forks(self, rung: int, group: Sequence[Copies]) -> None:
        """Run what failed in forks in fresh workers as well, and go on without forks where these give other results."""
        doubted = [(test, copies) for test, copies in group if test.forks.needs_confirmation()]
        if doubted and time.monotonic() < self.settings.until:
            self._run_load(rung, doubted, fresh=True)
            for test, _ in doubted:
                test.forks.confirmations += 1
        for test, _ in group:
            if test.forks.is_lost():
                self._restart_without_forks(test, "under load, forks gave other results than fresh workers")

    def _restart_without_forks(self, test: MeasuredTest, why: str) -> None:
        """Count from zero, in fresh processes only."""
        note = f"{why}: it was measured again without forks, which share what is chosen when a suite is imported"
        measurement, test.forks.are_refused = test.measurement, True
        measurement.tally = self._make_tally()
        test.forget_load()
        measurement.notes.append(note)
        self.campaign.report_progress(f"{test.nodeid}: {note}")

    def _choose_runner(self, *, fresh: bool) -> PytestRunner:
        runner = self.campaign.limited_runner
        return runner.fresh if fresh else runner

    def _run_load(self, rung: int, group: Sequence[Copies], *, fresh: bool = False) -> None:
        workers = self.settings.workers[rung]
        seed = self.settings.seed + group[0][0].measurement.tally.batches
        runner = self._choose_runner(fresh=fresh)
        begin = time.monotonic()
        batch = self.planner.plan_forks(runner, group, workers, seed)
        planned = time.monotonic()
        runs = runner.run_batch(batch)
        seconds = (time.monotonic() - begin) / len(group)
        self.planner.learn((rung, fresh), runs, planned)
        self._leave_out_hung_neighbours(runs, [test for test, _ in group])
        self.campaign.record("load", workers, runs)
        for test, copies in group:
            test.forks.add_batch(rung, runs, test.nodeid)
            self._count_batch(test, rung, runs, BatchToRepeat(workers, copies, seed), seconds)

    def _leave_out_hung_neighbours(self, runs: Sequence[Run], tests: Sequence[MeasuredTest]) -> None:
        """Name the neighbours that held up the batch, and choose them for no other one."""
        notes = note_hung_neighbours(runs, [test.nodeid for test in tests], self.campaign.report_progress)
        self.planner.slow_tests |= notes.keys()
        for test in tests:
            test.measurement.notes += notes.values()

    def _count_batch(
        self, test: MeasuredTest, rung: int, runs: Sequence[Run], batch: BatchToRepeat, seconds: float
    ) -> None:
        """Count what a batch says about one test, and the seconds that it took for it."""
        measurement = test.measurement
        own = [run for run in runs if run.nodeid == test.nodeid and run.counts]
        failed = [run for run in own if run.failed]
        measurement.tally.add_batch(
            rung,
            len(own),
            len(failed),
            count_events(own, batch.seed),
            seconds=seconds,
            foreign=self.settings.is_foreign(runs),
        )
        measurement.signatures.update(run.signature for run in failed)
        measurement.joint_failures.update(count_joint_failures(runs, test.nodeid))
        test.runs += own
        test.seconds = max([test.seconds, *(run.seconds for run in own)])
        if failed and measurement.failing_batch is None:
            measurement.failing_batch = batch
        line = f"{test.nodeid}: {batch.workers} workers {len(failed)}/{len(own)} (seed {batch.seed})"
        self.campaign.report_progress(line)
        if failed and not test.once_per_process and self._fails_when_repeated(test):
            self._restart_once_per_process(test)
        elif failed and not test.is_order_probed:
            self._probe_order(test)

    def _fails_when_repeated(self, test: MeasuredTest) -> bool:
        tally = test.measurement.tally
        if tally.batches != tally.empty_batches + 1 and tally.failing_batches > 1:
            return False
        runner = self._choose_runner(fresh=test.forks.are_refused)
        return fails_when_repeated(runner, test.nodeid, self.settings.seed)

    def _probe_order(self, test: MeasuredTest) -> None:
        """Look for tests after which it fails in one process.

        If there are any, these are its neighbours from now on, at the fewest workers: of many, few run them before it.
        """
        test.is_order_probed = True
        test.earlier = find_earlier_tests(
            self._choose_runner(fresh=test.forks.are_refused),
            test.runs,
            test.nodeid,
            seed=self.settings.seed,
            copies=1 if test.once_per_process else COPIES,
            report_progress=self.campaign.report_progress,
        )
        if test.earlier:
            test.forks.forget_batches()  # those before had other neighbours

    def _restart_once_per_process(self, test: MeasuredTest) -> None:
        """Count load runs from zero, with each process running the test once."""
        test.once_per_process, measurement = True, test.measurement
        measurement.notes.append("it fails when one process runs it twice; each process ran it once")
        measurement.tally = replace(
            measurement.tally, rungs=self._make_tally().rungs, failing_batches=0, load_seconds=0.0, foreign_load_runs=0
        )
        test.forget_load()

    def _find_cause(self, test: MeasuredTest) -> None:
        """Tell load from order, and look for the neighbour that causes the failures."""
        serial: tuple[Batch, ...] = ()
        failing_batch = test.measurement.failing_batch
        if failing_batch is not None:
            workers, copies, seed = failing_batch
            wanted = 2 if test.once_per_process else limit_copies(copies, test.runs, test.nodeid)
            seeds = range(seed, seed + SERIAL_BATCHES)
            serial = tuple(self.planner.plan_batch([(test, wanted)], workers, each) for each in seeds)
        campaign = self.campaign
        if test.forks.are_refused:
            campaign = replace(campaign, runner=campaign.runner.fresh)
        finder = CauseFinder(campaign, self.planner.slow_tests, once_per_process=test.once_per_process)
        finder.explain(test.measurement, test.runs, serial)

"""The actions over a fleet: deploy and rollback go from stage to stage, status and doctor only look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.deploy.box import OFF, Box
from scripts.deploy.build import Build
from scripts.deploy.fleet import Fleet, Report
from scripts.deploy.outcomes import BoxResult, Outcome, judge
from scripts.deploy.stages import choose_return, find_refusals, split_stages
from scripts.deploy.steps import choose_rollback, choose_steps


@dataclass(frozen=True)
class _Work:
    """A file of `deploy/`, and the data that it is run with."""

    file: str
    data: Mapping[str, str]


def deploy(
    fleet: Fleet, build: Build, folder: Path, *, canary: str | None, batch: int, report: Report
) -> list[BoxResult]:
    """Bring the release to every box: the canary first, then batches, until a box is not well.

    Where one box cannot get it, none is touched. Raises `UsageError` or `PyinfraFailed`.
    """
    report("looking at every box")
    before = fleet.examine()
    stages = split_stages([box.name for box in before], canary, batch)
    refusals = find_refusals(before, build)
    if refusals:
        return _refuse(before, refusals)
    work = _Work("deploy.py", {"build": str(folder.absolute())})
    lacking = {box.name for box in before if choose_steps(box, build)}
    said = _run_stages(fleet, work, stages, lacking, report)
    after = fleet.examine() if lacking else before
    return _judge_all(before, after, build.release, said, Outcome.UPGRADED)


def roll_back(fleet: Fleet, release: str | None, *, canary: str | None, batch: int, report: Report) -> list[BoxResult]:
    """Bring every box back to a release that it has, in the same stages; raises as `deploy` does."""
    report("looking at every box")
    before = fleet.examine()
    stages = split_stages([box.name for box in before], canary, batch)
    off = {box.name: box.detail for box in before if box.state == OFF}
    if off:
        return _refuse(before, off)
    chosen = choose_return(before, release)
    work = _Work("rollback.py", {"release": chosen, "python": fleet.python})
    lacking = {box.name for box in before if choose_rollback(box, chosen)}
    said = _run_stages(fleet, work, stages, lacking, report)
    after = fleet.examine() if lacking else before
    return _judge_all(before, after, chosen, said, Outcome.WENT_BACK)


def look(fleet: Fleet, *, doctor: bool) -> list[BoxResult]:
    """Every box as it is, with what `doctor` finds there where it is asked."""
    return [BoxResult(box) for box in fleet.examine(doctor=doctor)]


def _run_stages(
    fleet: Fleet, work: _Work, stages: Sequence[Sequence[str]], lacking: Collection[str], report: Report
) -> dict[str, list[str]]:
    """Do the work on what is lacking, stage after stage until one fails; what was said of each box that was reached."""
    said: dict[str, list[str]] = {}
    for number, stage in enumerate(stages):
        said.update({name: [] for name in stage})
        names = [name for name in stage if name in lacking]
        if not names:
            continue
        report(f"{'canary' if number == 0 else f'batch {number} of {len(stages) - 1}'}: {', '.join(names)}")
        done = fleet.run(work.file, names, work.data, report)
        said.update({name: done.said.get(name, []) for name in names})
        if not done.succeeded:
            break
    return said


def _judge_all(
    before: Sequence[Box], after: Sequence[Box], wanted: str, said: Mapping[str, list[str]], changed: Outcome
) -> list[BoxResult]:
    found = {box.name: box for box in after}
    return [judge(box, found[box.name], wanted, said.get(box.name), changed=changed) for box in before]


def _refuse(boxes: Sequence[Box], refusals: Mapping[str, str]) -> list[BoxResult]:
    return [
        BoxResult(box, Outcome.REFUSED, refusals[box.name])
        if box.name in refusals
        else BoxResult(box, Outcome.NOT_REACHED)
        for box in boxes
    ]

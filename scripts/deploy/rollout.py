"""The actions over a fleet: deploy and rollback go from stage to stage, status and doctor only look."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from scripts.deploy.box import OFF, Box
from scripts.deploy.build import Build, choose_build
from scripts.deploy.fleet import Fleet, Report
from scripts.deploy.outcomes import BoxResult, Outcome, judge
from scripts.deploy.stages import choose_returns, find_refusals, group_by_value, split_stages
from scripts.deploy.steps import choose_rollback, choose_steps


@dataclass(frozen=True)
class _Work:
    """A file of `deploy/`, and the data that it is run with: by one name of them, each box has a value of its own."""

    file: str
    name: str
    values: Mapping[str, str]
    common: Mapping[str, str]


def deploy(fleet: Fleet, builds: Sequence[Build], *, canary: str | None, batch: int, report: Report) -> list[BoxResult]:
    """Bring to every box the build that fits it: the canary first, then batches, until a box is not well.

    Where one box can get none, none is touched. Raises `UsageError` or `PyinfraFailed`.
    """
    report("looking at every box")
    before = fleet.examine()
    stages = split_stages([box.name for box in before], canary, batch)
    refusals = find_refusals(before, builds)
    if refusals:
        return _refuse(before, refusals)
    chosen = {box.name: build for box in before if (build := choose_build(box, builds))}
    work = _Work("deploy.py", "build", {name: str(build.folder) for name, build in chosen.items()}, {})
    lacking = {box.name for box in before if choose_steps(box, chosen[box.name])}
    said = _run_stages(fleet, work, stages, lacking, report)
    after = fleet.examine() if lacking else before
    wanted = {name: build.release for name, build in chosen.items()}
    return _judge_all(before, after, wanted, said, Outcome.UPGRADED)


def roll_back(
    fleet: Fleet, releases: Sequence[str], *, canary: str | None, batch: int, report: Report
) -> list[BoxResult]:
    """Bring every box back to a release that it has, one of these, in the same stages; raises as `deploy` does."""
    report("looking at every box")
    before = fleet.examine()
    stages = split_stages([box.name for box in before], canary, batch)
    off = {box.name: box.detail for box in before if box.state == OFF}
    if off:
        return _refuse(before, off)
    chosen = choose_returns(before, releases)
    work = _Work("rollback.py", "release", chosen, {"pythons": fleet.pythons})
    lacking = {box.name for box in before if choose_rollback(box, chosen[box.name])}
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
        if not _run_stage(fleet, work, names, said, report):
            break
    return said


def _run_stage(fleet: Fleet, work: _Work, names: Sequence[str], said: dict[str, list[str]], report: Report) -> bool:
    """Do the work on boxes of one stage, on those with the same value at once; false when a box is not well."""
    for value, alike in group_by_value(names, work.values).items():
        done = fleet.run(work.file, alike, {**work.common, work.name: value}, report)
        said.update({name: done.said.get(name, []) for name in alike})
        if not done.succeeded:
            return False
    return True


def _judge_all(
    before: Sequence[Box],
    after: Sequence[Box],
    wanted: Mapping[str, str],
    said: Mapping[str, list[str]],
    changed: Outcome,
) -> list[BoxResult]:
    found = {box.name: box for box in after}
    return [judge(box, found[box.name], wanted[box.name], said.get(box.name), changed=changed) for box in before]


def _refuse(boxes: Sequence[Box], refusals: Mapping[str, str]) -> list[BoxResult]:
    return [
        BoxResult(box, Outcome.REFUSED, refusals[box.name])
        if box.name in refusals
        else BoxResult(box, Outcome.NOT_REACHED)
        for box in boxes
    ]

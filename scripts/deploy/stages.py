"""In which order the boxes get a release, and what has to be so before the first of them is touched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from hero_assistance_sdk.errors import UsageError
from scripts.deploy.box import OFF, UNKNOWN, Box
from scripts.deploy.build import Build, choose_build


def split_stages(names: Iterable[str], canary: str | None, batch: int) -> list[list[str]]:
    """The canary alone, then the others in batches, by name; without a canary the first by name is one."""
    ordered = sorted(names)
    if canary is not None and canary not in ordered:
        raise UsageError(f"the inventory has no box {canary}", hint=f"it has: {', '.join(ordered)}")
    first = canary or ordered[0]
    others = [name for name in ordered if name != first]
    return [[first], *(others[start : start + batch] for start in range(0, len(others), batch))]


def find_refusals(boxes: Sequence[Box], builds: Sequence[Build]) -> dict[str, str]:
    """Why a box can get none of these builds, by its name."""
    found = {box.name: _find_refusal(box, builds) for box in boxes}
    return {name: reason for name, reason in found.items() if reason}


def choose_returns(boxes: Sequence[Box], releases: Sequence[str]) -> dict[str, str]:
    """The release that each box goes back to, by its name; raises `UsageError` where that is not clear.

    Without names it is the one before the live one, as long as all boxes of one platform and Python had the same two,
    and what they go back to was built from one commit.
    """
    if releases:
        return {box.name: _choose_named(box, releases) for box in boxes}
    previous: dict[str, str] = {}
    pairs: dict[object, tuple[str | None, str | None]] = {}
    commits: set[str | None] = set()
    for box in boxes:
        pair = (box.live, box.previous)
        commits.add(box.commits.get(box.previous or ""))
        if box.previous is None or pairs.setdefault(box.live_target, pair) != pair or len(commits) > 1:
            found = ", ".join(f"{box.name} {box.live} (before: {box.previous})" for box in boxes)
            raise UsageError(f"the boxes do not go back alike: {found}", hint="name the release: --release RELEASE")
        previous[box.name] = box.previous
    return previous


def group_by_value(names: Iterable[str], values: Mapping[str, str]) -> dict[str, list[str]]:
    """The names that have the same value, by that value, in their order."""
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(values[name], []).append(name)
    return groups


def _choose_named(box: Box, releases: Sequence[str]) -> str:
    there = [release for release in releases if release in box.releases]
    if not there:
        wanted = " or ".join(releases)
        raise UsageError(f"release {wanted} is not installed on {box.name}", hint="`status --json` lists what is")
    if len(there) > 1:
        raise UsageError(f"{' and '.join(there)} are installed on {box.name}", hint="name one for each platform")
    return there[0]


def _find_refusal(box: Box, builds: Sequence[Build]) -> str | None:
    if box.state == OFF:
        return box.detail
    if box.state == UNKNOWN:
        return f"its {box.program} does not answer; log in and run: hero_assistance doctor"
    if choose_build(box, builds) is None:
        found = ", ".join(map(str, box.targets)) or f"no such Python on {box.machine}"
        built = " and ".join(f"release {build.release} is built for {build.target}" for build in builds)
        return f"{built}, and this is {found}"
    return None

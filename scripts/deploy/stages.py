"""In which order the boxes get a release, and what has to be so before the first of them is touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from hero_assistance_sdk.errors import UsageError
from scripts.deploy.box import OFF, UNKNOWN, Box
from scripts.deploy.build import Build


def split_stages(names: Iterable[str], canary: str | None, batch: int) -> list[list[str]]:
    """The canary alone, then the others in batches, by name; without a canary the first by name is one."""
    ordered = sorted(names)
    if canary is not None and canary not in ordered:
        raise UsageError(f"the inventory has no box {canary}", hint=f"it has: {', '.join(ordered)}")
    first = canary or ordered[0]
    others = [name for name in ordered if name != first]
    return [[first], *(others[start : start + batch] for start in range(0, len(others), batch))]


def find_refusals(boxes: Sequence[Box], build: Build) -> dict[str, str]:
    """Why a box cannot get this build, by its name."""
    found = {box.name: _find_refusal(box, build) for box in boxes}
    return {name: reason for name, reason in found.items() if reason}


def choose_return(boxes: Sequence[Box], release: str | None) -> str:
    """The release that all boxes go back to; raises `UsageError` where there is not one for all.

    Without a name it is the one before the live one, as long as all boxes had the same two.
    """
    if release is None:
        pairs = {(box.live, box.previous) for box in boxes}
        previous = boxes[0].previous
        if len(pairs) > 1 or previous is None:
            found = ", ".join(f"{box.name} {box.live} (before: {box.previous})" for box in boxes)
            raise UsageError(f"the boxes do not go back alike: {found}", hint="name the release: --release RELEASE")
        return previous
    lacking = [box.name for box in boxes if release not in box.releases]
    if lacking:
        raise UsageError(
            f"release {release} is not installed on {', '.join(lacking)}", hint="`status --json` lists what is"
        )
    return release


def _find_refusal(box: Box, build: Build) -> str | None:
    if box.state == OFF:
        return box.detail
    if box.state == UNKNOWN:
        return f"its {box.program} does not answer; log in and run: hero_assistance doctor"
    if build.target not in box.targets:
        found = ", ".join(map(str, box.targets)) or f"no such Python on {box.machine}"
        return f"release {build.release} is built for {build.target}, and this is {found}"
    return None

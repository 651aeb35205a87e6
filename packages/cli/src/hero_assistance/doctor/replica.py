"""Whether there is a replica elsewhere, how far behind it is, and whether it can be written."""

from __future__ import annotations

from collections.abc import Iterator

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.paths import Paths


def check_replica(paths: Paths) -> Iterator[Finding]:
    """Look at what the action last reported, and for the program that it needs."""
    if not paths.replica_configuration.exists():
        yield Finding("replica", Verdict.OK, "none is set up")
        return
    from hero_assistance.replication.configuration import read_configuration
    from hero_assistance.replication.litestream import find_litestream
    from hero_assistance.replication.report import describe, look

    configuration = read_configuration(paths)
    find_litestream(configuration.litestream)
    report, condition = look(paths)
    if condition is None:
        yield Finding("replica", Verdict.OK, f"{configuration.target}: {describe(report)}")
    else:
        yield Finding("replica", Verdict.FAULT, condition.message, condition.hint or "")

"""Whether the data folder holds a database, or the remains of a desk that has lost it."""

from __future__ import annotations

import os
from collections.abc import Iterator

from hero_assistance.doctor.findings import Finding, Verdict
from hero_assistance_sdk.os_errors import explain_owner
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.shell_words import quote_command


def check_data(paths: Paths) -> Iterator[Finding]:
    """Look at the database file from outside; damage within it is found by the server that runs."""
    from hero_assistance_sdk.files.data_folder import DATABASE, NODE_MARK, find_remains

    path = paths.data / DATABASE
    if paths.data.exists() and not os.access(paths.data, os.R_OK | os.W_OK | os.X_OK):
        detail = f"{paths.data} cannot be written to by user {os.geteuid()}"
        is_read_only = os.statvfs(paths.data).f_flag & os.ST_RDONLY
        hint = "mount its disk for writing" if is_read_only else explain_owner(paths.data)
        yield Finding("data", Verdict.FAULT, detail, hint or f"see: {quote_command('ls', '-ld', paths.data)}")
        return
    if (paths.data / NODE_MARK).exists():
        yield Finding("data", Verdict.OK, f"the desk is in PostgreSQL; {paths.data} has what one node of it needs")
        return
    if path.is_dir():
        yield Finding("data", Verdict.FAULT, f"{path} is a folder", "move it away, then hero_assistance restore")
        return
    remains = find_remains(paths)
    if remains is not None:
        yield Finding("data", Verdict.FAULT, remains.message, remains.hint)
    elif path.exists():
        yield Finding("data", Verdict.OK, f"{path} has {path.stat().st_size / 1024**2:,.1f} MiB")

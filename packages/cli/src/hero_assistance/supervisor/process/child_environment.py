"""What a process that is started here sees of the environment: next to nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping

PASSED_ON = ("PATH", "HOME", "LANG")


def make_child_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a child: the few settings that are passed on, and those of its specification."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed, **env}

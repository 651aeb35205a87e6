"""The environment of a child: a few variables of the supervisor's own, and those of its specification."""

from __future__ import annotations

import os
from collections.abc import Mapping

PASSED_ON = ("PATH", "HOME", "LANG")


def make_child_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The whole environment of a child; nothing else of the supervisor's environment reaches it."""
    passed = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed, **env}

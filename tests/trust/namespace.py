"""A network of its own, with peers of the overlay and strangers, for one child process of a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.capabilities import NAMESPACES, require

# An address of the overlay, another one, its last one, and two of elsewhere.
NODE, PEER, LAST = "54f:b680:ba6e:7ced::1", "400::7", "5ff:ffff::1"
STRANGER, NEIGHBOUR = "2001:db8::7", "600::1"
ADDRESSES = (f"{NODE}/64", f"{PEER}/128", f"{LAST}/128", f"{STRANGER}/128", f"{NEIGHBOUR}/128", "192.0.2.7/32")
_TIMEOUT_S = 120.0
_ROOT = Path(__file__).resolve().parents[2]


def inside(module: str, env: dict[str, str], *arguments: str, timeout_s: float = _TIMEOUT_S) -> Any:
    """Run `python -m module` alone in a network with `ADDRESSES`; returns the JSON that it prints."""
    require(NAMESPACES)
    mapped = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = "; ".join(("ip link set lo up", *(f"ip address add {address} dev lo" for address in ADDRESSES)))
    command = ["sh", "-ec", f'{script}; exec "$@"', "sh", sys.executable, "-m", module, *arguments]
    done = subprocess.run(
        ["unshare", "--net", *mapped, "--", *command],
        env=env,
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout_s,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)

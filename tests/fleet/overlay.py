"""The overlay of tests: boxes and people's machines, each with an address of `400::/7` that all others reach."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count

from tests.fleet.boxes import Host, link_host, must_run, start_machine

# A node of the overlay has a network of 64 bits, and limits are counted for each.
_PREFIX = "54f:b680:ba6e"


class Overlay:
    """Links machines to each other by the one that deploys, which hands on."""

    def __init__(self, controller: Host) -> None:
        self._controller = controller
        self._numbers = count(1)
        must_run([*controller.enter(), "sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1"])

    def join(self, host: Host) -> str:
        """Give a machine an address, and return it."""
        number = next(self._numbers)
        near, far = f"{_PREFIX}:{number:x}::1", f"{_PREFIX}:{number:x}::2"
        device = "mycelium"
        link_host(self._controller, host, (f"overlay{number}", f"{near}/64"), (device, f"{far}/64"), "nodad")
        must_run([*host.enter(), "ip", "route", "add", "400::/7", "via", near, "dev", device])
        return far

    def start_machine(self, ends: ExitStack) -> tuple[Host, str]:
        """Start a machine that has nothing but a network, and return it with its address."""
        host = start_machine(ends, self._controller)
        return host, self.join(host)

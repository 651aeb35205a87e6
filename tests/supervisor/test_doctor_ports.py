"""What `doctor` and `status` say of a TCP port that another process has."""

from __future__ import annotations

import os

import pytest

from hero_assistance.doctor.findings import Verdict
from hero_assistance.doctor.network import check_ports
from hero_assistance.setup.tcp_listener import explain_missing_listener
from hero_assistance.supervisor.process import tcp_ports
from hero_assistance_sdk.net.sockets import bind_tcp, bound_address
from hero_assistance_sdk.paths import SERVICE
from tests.capabilities import PROC, needs
from tests.supervisor.harness import Harness
from tests.supervisor.test_doctor import doctor, service_of


@needs(PROC)
def test_a_foreign_listener_on_the_servers_port(supervised: Harness) -> None:
    with bind_tcp("127.0.0.1:0") as mine:
        address = bound_address(mine)
        service_of(supervised, {"HERO_ASSISTANCE_TCP": address})
        (found,) = doctor(supervised.env, "ports")
    port = address.rpartition(":")[2]
    assert found[0] == "warning"
    assert found[1].startswith(f"TCP port {port} is held by process {os.getpid()} (")


def test_a_port_whose_holder_the_system_does_not_name(supervised: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on macOS: the port may be the service's own, and another user is not blamed."""
    monkeypatch.setattr(tcp_ports, "_TABLES", ())
    with bind_tcp("127.0.0.1:0") as mine:
        address = bound_address(mine)
        port = address.rpartition(":")[2]
        service_of(supervised, {"HERO_ASSISTANCE_TCP": address})
        (found,) = check_ports(supervised.paths)
        said = f"TCP port {port} is in use; this system does not say by which process, and the service runs well"
        assert (found.verdict, found.detail) == (Verdict.OK, said)
        with supervised.client() as client:
            client.service_stop(SERVICE)
        (found,) = check_ports(supervised.paths)
    said = f"TCP port {port} is held by a process that this system does not name: overlay peers cannot connect"
    assert (found.verdict, found.detail) == (Verdict.WARNING, said)
    assert f"lsof -nP -iTCP:{port}" in found.hint


def test_a_lost_listener_whose_holder_the_system_does_not_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tcp_ports, "_TABLES", ())
    with bind_tcp("127.0.0.1:0") as mine:
        address = bound_address(mine)
        condition = explain_missing_listener({"address": address, "message": "in use"})
    port = address.rpartition(":")[2]
    assert condition.message.startswith(f"TCP port {port} is held by a process that this system does not name")
    assert f"lsof -nP -iTCP:{port}" in (condition.hint or "")

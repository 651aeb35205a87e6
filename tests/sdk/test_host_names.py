"""What a host of a URL is: this machine's own, an address, a name."""

from __future__ import annotations

import pytest

from hero_assistance_sdk.net.host_names import is_address, is_own_loopback, parse_host

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("400::1", False),
        ("localhost.example.org", False),
        ("127.0.0.1.example.org", False),
        ("", False),
    ],
)
def test_what_is_sent_to_the_loopback_stays_on_this_machine(host: str, is_own: bool) -> None:
    assert is_own_loopback(host) is is_own


@pytest.mark.parametrize(
    ("header", "host"),
    [("Desk.Example.:80", "desk.example"), ("[400::1]:9770", "400::1"), ("127.0.0.1", "127.0.0.1"), ("[", "")],
)
def test_a_host_header_is_read_without_its_port(header: str, host: str) -> None:
    assert parse_host(header) == host
    assert is_address(host) is (host[:1] in {"4", "1"})

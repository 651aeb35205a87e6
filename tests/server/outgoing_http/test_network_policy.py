"""Which addresses the server may send requests to."""

from __future__ import annotations

from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_server.outgoing_http.network_policy import NAMED_NETWORKS, NetworkPolicy, parse_policy

pytestmark = pytest.mark.pure

# By the part of the IANA registries that they are of.
REFUSED = {
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "this host": ["0.0.0.0", "0.1.2.3", "::"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12:3456::1"],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "shared by customers of a carrier": ["100.64.0.1", "100.127.255.255"],
    "overlay": ["400::1", "4ff:77::1", "5ff:ffff::1"],
    "multicast and broadcast": ["224.0.0.1", "239.255.255.250", "255.255.255.255", "ff02::1"],
    "documents and benchmarks": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "2001:db8::1"],
    "reserved": ["240.0.0.1", "192.0.0.1", "1000::1", "4000::1", "8000::1", "fec0::1", "5f00::1"],
    "IPv4 in IPv6": ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:169.254.169.254"],
    "NAT64": ["64:ff9b::127.0.0.1", "64:ff9b::10.0.0.1", "64:ff9b:1::1"],
    "6to4": ["2002:7f00:1::", "2002:a00:1::1", "2002:c0a8:101::1"],
    "Teredo": ["2001:0:7f00:1::1", "2001:0:4136:e378:8000:63bf:f5ff:fffe"],
}
PERMITTED = ["1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1111", "2a00:1450::1", "64:ff9b::1.1.1.1"]
PERMITTED += ["::ffff:1.1.1.1"]


@pytest.mark.parametrize("address", [address for addresses in REFUSED.values() for address in addresses])
def test_what_is_not_of_the_internet_is_refused(address: str) -> None:
    assert not NetworkPolicy().permits(ip_address(address))


@pytest.mark.parametrize("address", PERMITTED)
def test_what_is_of_the_internet_is_permitted(address: str) -> None:
    assert NetworkPolicy().permits(ip_address(address))
    assert not NetworkPolicy().is_allowed(ip_address(address))


@pytest.mark.parametrize("name", NAMED_NETWORKS)
def test_a_network_is_allowed_by_its_name_and_no_other_with_it(name: str) -> None:
    policy = parse_policy(f" {name.upper()} ")
    for other in NAMED_NETWORKS:
        for address in REFUSED[other]:
            assert policy.permits(ip_address(address)) is (other == name), address


def test_a_network_is_allowed_as_it_is_written() -> None:
    policy = parse_policy("192.168.7.0/24, , 10.1.2.3,junk,fe80::/10%eth0")
    assert policy.invalid == ("junk", "fe80::/10%eth0")
    for address, permitted in {"192.168.7.9": True, "192.168.8.9": False, "10.1.2.3": True, "10.1.2.4": False}.items():
        assert policy.permits(ip_address(address)) is permitted
        assert policy.permits(ip_address(f"::ffff:{address}")) is permitted


@given(st.ip_addresses(v=4))
def test_no_spelling_in_ipv6_permits_more(address: object) -> None:
    alone = NetworkPolicy().permits(ip_address(str(address)))
    for spelled in (f"::ffff:{address}", f"64:ff9b::{address}"):
        assert NetworkPolicy().permits(ip_address(spelled)) is alone

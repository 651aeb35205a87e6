"""Lists of addresses as operators write them, and who is on them."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hero_assistance_sdk.access_list import AccessList, access_of, address_of, parse_access

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "entries", "invalid"),
    [
        ("", (), ()),
        (" , ,\t,\n", (), ()),
        ("127.0.0.2", ("127.0.0.2",), ()),
        (" 127.0.0.2 ,, 10.0.0.0/8\n", ("127.0.0.2", "10.0.0.0/8"), ()),
        ("10.1.2.3/8", ("10.0.0.0/8",), ()),
        ("10.0.0.0/255.0.0.0", ("10.0.0.0/8",), ()),
        ("400::/7,2001:DB8::1", ("400::/7", "2001:db8::1"), ()),
        ("::ffff:10.0.0.1", ("10.0.0.1",), ()),
        ("::ffff:10.0.0.0/104", ("10.0.0.0/8",), ()),
        ("10.0.0.1,10.0.0.1/32,::ffff:10.0.0.1", ("10.0.0.1",), ()),
        ("localhost,10.0.0.1", ("10.0.0.1",), ("localhost",)),
        ("10.0.0.1 10.0.0.2", (), ("10.0.0.1 10.0.0.2",)),
        (
            "10.0.0.0/33,/8,10.0.0,1,*,fe80::1%eth0,０",
            (),
            ("10.0.0.0/33", "/8", "10.0.0", "1", "*", "fe80::1%eth0", "０"),
        ),
    ],
)
def test_what_is_read(text: str, entries: tuple[str, ...], invalid: tuple[str, ...]) -> None:
    access = parse_access(text)
    assert (access.entries, access.invalid) == (entries, invalid)
    assert access.is_enforced is bool(entries)


@pytest.mark.parametrize(
    ("text", "peer", "admitted"),
    [
        ("", "192.0.2.1", True),
        ("junk", "192.0.2.1", True),
        ("127.0.0.2", "127.0.0.2", True),
        ("127.0.0.2", "127.0.0.3", False),
        ("127.0.0.2", "::ffff:127.0.0.2", True),
        ("::ffff:127.0.0.2", "127.0.0.2", True),
        ("127.0.0.0/30", "127.0.0.3", True),
        ("127.0.0.0/30", "127.0.0.4", False),
        ("400::/7", "5ff:ffff::1", True),
        ("400::/7", "600::1", False),
        ("400::/7", "127.0.0.1", False),
        ("0.0.0.0/0", "::1", False),
        ("0.0.0.0/0", "::ffff:192.0.2.1", True),
        ("::/0", "192.0.2.1", False),
        ("fe80::/10", "fe80::1%eth0", True),
        ("10.0.0.0/8", "", False),
        ("10.0.0.0/8", "somebody", False),
        ("junk,10.0.0.0/8", "192.0.2.1", False),
    ],
)
def test_who_is_admitted(text: str, peer: str, admitted: bool) -> None:
    assert parse_access(text).admits(peer) is admitted


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    access = parse_access(text)
    assert access.is_enforced or access.admits("192.0.2.1")


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)), st.data())
def test_an_address_is_on_each_network_around_it_and_entries_read_back(
    address: IPv4Address | IPv6Address, data: st.DataObject
) -> None:
    length = data.draw(st.integers(1, address.max_prefixlen))
    access = access_of([str(ip_network(f"{address}/{length}", strict=False))])
    plain = address_of(str(address))
    if plain is not None and plain.version == address.version:
        assert access.admits(str(address))
    assert access_of(access.entries) == access


def test_an_empty_list_admits_everybody() -> None:
    assert AccessList().admits("192.0.2.1")

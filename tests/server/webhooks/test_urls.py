"""The addresses that webhooks may have."""

from __future__ import annotations

import pytest

from hero_assistance_server.outgoing_http.network_policy import parse_policy
from hero_assistance_server.webhooks.urls import UrlFault, clean_url, find_obstacle, url_host

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("https://hooks.example.org/desk", "https://hooks.example.org/desk"),
        (" HTTPS://Hooks.Example.ORG:443/A?b=C ", "https://hooks.example.org:443/A?b=C"),
        ("http://[::1]:8080/", "http://[::1]:8080/"),
        ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ],
)
def test_one_spelling(text: str, cleaned: str) -> None:
    assert clean_url(text) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "hooks.example.org", "//hooks.example.org/", "/desk", "https://", "https:///desk", "https://:443/"),
        *("ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "gopher://127.0.0.1:25/", "unix:/run/x"),
        *("https://user@example.org/", "https://user:word@example.org/", "https://example.org/#part"),
        *(
            "https://example.org:99999/",
            "https://example.org:0/",
            "https://exa mple.org/",
            "https://example.org/\r\nHost: other",
            "https://[::1/",
        ),
        "https://example.org/" + "a" * 2000,
    ],
)
def test_what_is_no_address_to_post_to(text: str) -> None:
    with pytest.raises(UrlFault):
        clean_url(text)


def test_the_host() -> None:
    assert url_host("https://hooks.example.org:8443/secret?token=1") == "hooks.example.org"


@pytest.mark.parametrize(
    ("url", "allowed", "obstacle"),
    [
        ("https://hooks.example.org/", "", ""),
        ("https://8.8.8.8/", "", ""),
        ("https://127.0.0.1/x", "", "127.0.0.1 is no address of the internet"),
        ("https://127.0.0.1/x", "loopback", ""),
        ("http://127.0.0.1:8080/x", "loopback", ""),
        ("https://localhost/", "", "localhost is no address of the internet"),
        ("https://a.localhost/", "private", "a.localhost is no address of the internet"),
        ("https://[::1]/", "", "::1 is no address of the internet"),
        ("https://[::ffff:10.0.0.1]/", "", "is no address of the internet"),
        ("https://192.168.7.9/", "192.168.7.0/24", ""),
        ("http://192.168.7.9/", "", "192.168.7.9 is no address of the internet"),
        ("http://x/", "", "nothing is sent without TLS"),
        ("http://x/", "private", ""),
        ("http://8.8.8.8/", "private", "nothing is sent without TLS"),
    ],
)
def test_what_is_in_the_way_is_known_at_once(url: str, allowed: str, obstacle: str) -> None:
    found = find_obstacle(clean_url(url), parse_policy(allowed))
    assert obstacle in found
    assert bool(found) == bool(obstacle)

"""What the URL of an archive may be, and what is read from it."""

from __future__ import annotations

import httpx2
import pytest

from hero_assistance.releases.errors import DownloadFailed
from hero_assistance.releases.sources.archive_url import ArchiveUrl, describe_url, is_protected
from hero_assistance.releases.sources.checksums import ArchiveChecks
from hero_assistance.releases.sources.download import downloaded, require_protection
from hero_assistance_sdk.errors import UsageError
from hero_assistance_sdk.paths import Paths


def test_tls_is_kept_over_redirects() -> None:
    assert [
        is_protected(url) for url in ("https://x/", "http://127.0.0.1:1/", "http://[::1]/", "http://localhost/")
    ] == [True] * 4
    require_protection(httpx2.Request("GET", "https://x/y"))
    with pytest.raises(DownloadFailed, match="has no TLS"):
        require_protection(httpx2.Request("GET", "http://x/y?token=secret"))


@pytest.mark.parametrize("url", ["http://x/", "http://x/..", "http://x/%2e%2e%2fevil", "http://x/SHA256SUMS"])
def test_a_url_names_a_file(url: str, paths: Paths) -> None:
    with (
        pytest.raises(UsageError, match="names no archive"),
        downloaded(url, paths.downloads, ArchiveChecks(), lambda _step: None),
    ):
        pass


@pytest.mark.parametrize("url", ["http://[", "http://x/\udc80/x.tar.zst"])
def test_what_is_no_url_is_said(url: str) -> None:
    with pytest.raises(UsageError, match="not a URL"):
        ArchiveUrl.parse(url)


def test_what_lies_next_to_an_archive_has_its_query_and_no_fragment() -> None:
    url = ArchiveUrl.parse("https://x/a/1%2B2.tar.zst?token=1/2#part/of")
    assert (url.text, url.name) == ("https://x/a/1%2B2.tar.zst?token=1/2", "1+2.tar.zst")
    assert url.sums == "https://x/a/SHA256SUMS?token=1/2"
    assert url.signature == "https://x/a/1%2B2.tar.zst.sig?token=1/2"


def test_what_is_secret_in_a_url_is_not_printed() -> None:
    assert describe_url("https://me:secret@host:1/x.tar.zst?token=secret") == "https://host:1/x.tar.zst"

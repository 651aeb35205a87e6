"""What an operator may write for a target."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from hero_assistance.replication.targets import FolderTarget, S3Target, SftpTarget, Target, parse_target
from hero_assistance_sdk.errors import UsageError

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("/mnt/copy of desk", FolderTarget(Path("/mnt/copy of desk"))),
        ("sftp://me@host/desk", SftpTarget("me", "host", 22, PurePosixPath("/desk"))),
        ("sftp://me@host:2222/a/b", SftpTarget("me", "host", 2222, PurePosixPath("/a/b"))),
        ("sftp://me@[400::7]:2222/a", SftpTarget("me", "400::7", 2222, PurePosixPath("/a"))),
        ("s3://a-bucket.1/desk", S3Target("a-bucket.1", "desk")),
        ("s3://bucket/a/b_c~1.d", S3Target("bucket", "a/b_c~1.d")),
    ],
)
def test_a_target_is_read_as_it_is_written(text: str, target: Target) -> None:
    assert parse_target(text) == target
    assert str(target) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "copies",
        "~/copies",
        "/a\nb",
        "sftp://host/desk",
        "sftp://me@host",
        "sftp://me@host/",
        "sftp://me@host/a/../b",
        'sftp://me@host/a"b',
        "sftp://me@host/a%22b",
        "sftp://me@host/a*",
        "sftp://me@-oProxyCommand=x/desk",
        "sftp://-oProxyCommand=x@host/desk",
        "sftp://me:secret@host/desk",
        "sftp://me@host:99999/desk",
        "sftp://me@host/desk?x=1",
        "s3://bucket",
        "s3://bucket/",
        "s3://bucket/desk/",
        "s3://bucket/a//b",
        "s3://bucket/a/../b",
        "s3://bucket/a b",
        "s3://bucket/desk?x=1",
        "s3://Bucket/desk",
        "s3://-b/desk",
        "s3://key:secret@bucket/desk",
        "file:///copies",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(UsageError) as refused:
        parse_target(text)
    assert "secret" not in str(refused.value)


def test_openssh_knows_a_host_with_its_port() -> None:
    assert SftpTarget("me", "host", 22, PurePosixPath("/a")).known_name == "host"
    assert SftpTarget("me", "400::7", 2222, PurePosixPath("/a")).known_name == "[400::7]:2222"


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("", "https://s3.eu-central-1.amazonaws.com"),
        ("https://store.example.org", "https://store.example.org"),
        ("https://store.example.org:9000/", "https://store.example.org:9000"),
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
        ("http://localhost", "http://localhost"),
        ("http://[400::7]:9000", "http://[400::7]:9000"),
    ],
)
def test_a_store_is_asked_at_its_endpoint(endpoint: str, url: str) -> None:
    target = parse_target("s3://bucket/desk", endpoint=endpoint, region="eu-central-1")
    assert isinstance(target, S3Target)
    assert (target.url, target.region) == (url, "eu-central-1")


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        ("http://store.example.org", "without TLS"),
        ("http://192.0.2.1", "without TLS"),
        ("store.example.org", "no address of a store"),
        ("ftp://store.example.org", "no address of a store"),
        ("https://store.example.org/path", "no address of a store"),
        ("https://store.example.org:99999", "no address of a store"),
        ("https://key:secret@store.example.org", "with a user or a password"),
    ],
)
def test_an_endpoint_that_is_none_is_refused(endpoint: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as refused:
        parse_target("s3://bucket/desk", endpoint=endpoint)
    assert "secret@" not in str(refused.value)


@pytest.mark.parametrize("text", ["/copies", "sftp://me@host/desk"])
def test_other_targets_have_no_endpoint_and_no_region(text: str) -> None:
    for given in ({"endpoint": "https://store.example.org"}, {"region": "eu-central-1"}):
        with pytest.raises(UsageError, match="go with s3:// alone"):
            parse_target(text, **given)


def test_a_region_is_a_name() -> None:
    with pytest.raises(UsageError, match="no name of a region"):
        parse_target("s3://bucket/desk", region="a/b")

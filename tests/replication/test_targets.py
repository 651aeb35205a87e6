"""What an operator may write for a target."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from hero_assistance.replication.targets import FolderTarget, SftpTarget, Target, parse_target
from hero_assistance_sdk.errors import UsageError

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("/mnt/copy of desk", FolderTarget(Path("/mnt/copy of desk"))),
        ("sftp://me@host/desk", SftpTarget("me", "host", 22, PurePosixPath("/desk"))),
        ("sftp://me@host:2222/a/b", SftpTarget("me", "host", 2222, PurePosixPath("/a/b"))),
        ("sftp://me@[400::7]:2222/a", SftpTarget("me", "400::7", 2222, PurePosixPath("/a"))),
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
        "s3://bucket/desk",
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

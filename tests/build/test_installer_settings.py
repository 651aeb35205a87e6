"""Of a person's settings of pip and uv those of the index are taken over, and no other."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from scripts.build.locks.installer_settings import keep_index_settings, pip_variables

pytestmark = pytest.mark.pure


def bare(tmp_path: Path) -> dict[str, str]:
    """The variables of a machine and a home whose uv is set to nothing."""
    nothing = tmp_path / "none" / "uv" / "uv.toml"
    nothing.parent.mkdir(parents=True, exist_ok=True)
    nothing.touch()
    return {"HOME": str(tmp_path / "home"), "XDG_CONFIG_DIRS": str(tmp_path / "none")}


def kept(tmp_path: Path, **environ: str) -> dict[str, str]:
    settings = keep_index_settings({**bare(tmp_path), **environ}, tmp_path / "store")
    return {name: value for name, value in settings.items() if name not in {"UV_CONFIG_FILE", *bare(tmp_path)}}


def extract(tmp_path: Path, **environ: str) -> dict[str, object]:
    environ = {**bare(tmp_path), **environ}
    return tomllib.loads(Path(keep_index_settings(environ, tmp_path / "store")["UV_CONFIG_FILE"]).read_text())


@pytest.mark.parametrize(
    "name",
    [
        *("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_PYTHON", "PIP_DRY_RUN", "PIP_REQUIRE_VIRTUALENV"),
        *("PIP_NO_BINARY", "PIP_CONSTRAINT", "PIP_NO_DEPS", "PIP_REPORT", "PIP_SRC", "PIP_UPLOADED_PRIOR_TO"),
        *("UV_EXCLUDE_NEWER", "UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_TARGET", "UV_PREFIX", "UV_NO_CONFIG", "UV_PROJECT"),
        *("UV_OVERRIDE", "UV_CONSTRAINT", "UV_NO_BINARY", "UV_RESOLUTION", "UV_PROJECT_ENVIRONMENT", "UV_WORKING_DIR"),
    ],
)
def test_what_changes_where_or_what_is_installed_is_dropped(tmp_path: Path, name: str) -> None:
    assert kept(tmp_path, **{name: "1"}) == {}


@pytest.mark.parametrize(
    "name",
    [
        *("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CERT", "PIP_PROXY"),
        *("PIP_TRUSTED_HOST", "PIP_CLIENT_CERT", "PIP_CACHE_DIR", "PIP_DEFAULT_TIMEOUT", "PIP_CONFIG_FILE"),
        *("UV_INDEX", "UV_INDEX_URL", "UV_DEFAULT_INDEX", "UV_EXTRA_INDEX_URL", "UV_FIND_LINKS", "UV_NATIVE_TLS"),
        *("UV_INDEX_OURS_USERNAME", "UV_INDEX_OURS_PASSWORD", "UV_INSECURE_HOST", "UV_CACHE_DIR", "UV_OFFLINE"),
        *("HTTPS_PROXY", "https_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NETRC"),
    ],
)
def test_what_leads_to_the_index_is_kept(tmp_path: Path, name: str) -> None:
    assert kept(tmp_path, **{name: "value"}) == {name: "value"}


def test_of_uvs_own_files_the_index_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "home" / ".config" / "uv" / "uv.toml"
    file.parent.mkdir(parents=True)
    file.write_text(
        'exclude-newer = "2019-01-01"\nnative-tls = true\n'
        '[[index]]\nname = "ours"\nurl = "https://example.org/ü\\"simple"\ndefault = true\n'
        '[pip]\ntarget = "/elsewhere"\nextra-index-url = ["https://example.org/more"]\n'
    )
    assert extract(tmp_path) == {
        "native-tls": True,
        "index": [{"name": "ours", "url": 'https://example.org/ü"simple', "default": True}],
        "extra-index-url": ["https://example.org/more"],
    }
    assert extract(tmp_path, UV_NO_CONFIG="1") == {}
    assert extract(tmp_path, UV_NO_CONFIG="0") != {}
    assert (tmp_path / "store" / "uv.toml").stat().st_mode & 0o077 == 0


def test_a_persons_file_of_uv_overrules_the_machines_and_a_named_one_both(tmp_path: Path) -> None:
    for place, index in (("machine", "one"), ("person", "two"), ("named", "three")):
        (tmp_path / place / "uv").mkdir(parents=True)
        (tmp_path / place / "uv" / "uv.toml").write_text(f'index-url = "{index}"\n')
    environ = {"XDG_CONFIG_DIRS": str(tmp_path / "machine")}
    assert extract(tmp_path, **environ) == {"index-url": "one"}
    environ["XDG_CONFIG_HOME"] = str(tmp_path / "person")
    assert extract(tmp_path, **environ) == {"index-url": "two"}
    environ["UV_CONFIG_FILE"] = str(tmp_path / "named" / "uv" / "uv.toml")
    assert extract(tmp_path, **environ) == {"index-url": "three"}


def test_an_extract_of_the_extract_is_the_same(tmp_path: Path) -> None:
    (tmp_path / "uv.toml").write_text('index-url = "https://example.org/simple"\ncache-dir = "/c"\n')
    once = extract(tmp_path, UV_CONFIG_FILE=str(tmp_path / "uv.toml"))
    assert extract(tmp_path, UV_CONFIG_FILE=str(tmp_path / "store" / "uv.toml")) == once != {}


@pytest.mark.parametrize("content", ["no toml", 'pip = "x"', "\x00"])
def test_a_damaged_file_of_uv_says_nothing(tmp_path: Path, content: str) -> None:
    (tmp_path / "uv.toml").write_text(content)
    assert extract(tmp_path, UV_CONFIG_FILE=str(tmp_path / "uv.toml")) == {}


def test_pips_files_become_variables_and_the_later_section_counts() -> None:
    listed = (
        ":env:.cert='/ca.pem'\n:env:.target='/elsewhere'\nglobal.index-url='https://example.org/one'\n"
        "global.find-links='/a\\n/b'\nglobal.prefix='/elsewhere'\ninstall.index-url='https://example.org/two'\n"
        "download.index-url='https://example.org/three'\ninstall.user='true'\n"
    )
    assert pip_variables(listed) == {
        "PIP_CERT": "/ca.pem",
        "PIP_FIND_LINKS": "/a\n/b",
        "PIP_INDEX_URL": "https://example.org/two",
        "PIP_CONFIG_FILE": "/dev/null",
    }

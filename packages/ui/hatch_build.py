"""Build hook: the wheel carries the page's bundle."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleHook(BuildHookInterface[Any]):
    """Builds the page before hatchling collects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundle; hatchling calls this ahead of every wheel, editable install and source distribution."""
        _make_bundle(Path(self.root))


def _make_bundle(package: Path) -> None:
    # hatchling loads this file by its path, so a module in the same folder is not importable by name.
    spec = importlib.util.spec_from_file_location("hero_assistance_ui_bundle", package / "bundle.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(package / "bundle.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.make_bundle(package)

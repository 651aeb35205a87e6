"""Build hook: the wheel carries the parts of the page that come from npm."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class VendorHook(BuildHookInterface[Any]):
    """Fills `static/vendor/` before hatchling collects the files."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling ahead of every wheel, editable install and source distribution."""
        _fill_vendor(Path(self.root))


def _fill_vendor(package: Path) -> None:
    # hatchling loads this file by its path, so what lies beside it is not importable by name.
    spec = importlib.util.spec_from_file_location("hero_assistance_ui_vendor", package / "vendor.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(package / "vendor.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.fill_vendor(package)

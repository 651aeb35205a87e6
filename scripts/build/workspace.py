"""What is built: the names in `buildenv.sh` and the packages in `packages/`, read and never written twice."""

from __future__ import annotations

import shlex
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Package:
    """One distribution of the workspace."""

    folder: Path
    distribution: str
    module: str
    requirements: tuple[str, ...]
    workspace_requirements: frozenset[str]


@dataclass(frozen=True)
class Workspace:
    """The packages below `root`, and the names that `buildenv.sh` exports."""

    root: Path = REPOSITORY

    @cached_property
    def names(self) -> dict[str, str]:
        """`PROJECT_NAME`, `VERSION`, `BINARIES` and `INSTALL_DIR`, as a shell sees them."""
        wanted = ("PROJECT_NAME", "VERSION", "BINARIES", "INSTALL_DIR")
        script = f". {shlex.quote(str(self.root / 'buildenv.sh'))}; " + "; ".join(
            f'printf "%s\\n" "${name}"' for name in wanted
        )
        done = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)
        return dict(zip(wanted, done.stdout.splitlines(), strict=True))

    @property
    def version(self) -> str:
        """The version of everything that is built here."""
        return self.names["VERSION"]

    @property
    def binaries(self) -> list[str]:
        """The binaries, in the order of `buildenv.sh`."""
        return self.names["BINARIES"].split()

    @cached_property
    def packages(self) -> dict[str, Package]:
        """Every package, by the name of its folder."""
        folders = sorted(file.parent for file in self.root.glob("packages/*/pyproject.toml"))
        distributions = {_normalise(_project(folder)["name"]) for folder in folders}
        return {folder.name: _package(folder, distributions) for folder in folders}

    def package_of(self, binary: str) -> Package:
        """The package whose module is named like the binary."""
        return next(package for package in self.packages.values() if package.module == binary)

    def closure(self, package: Package) -> list[Package]:
        """The package and every package of the workspace that it needs, in order of name."""
        found = {package.folder.name: package}
        pending = [package]
        while pending:
            for needed in self.needed_by(pending.pop()):
                if needed.folder.name not in found:
                    found[needed.folder.name] = needed
                    pending.append(needed)
        return [found[name] for name in sorted(found)]

    def needed_by(self, package: Package) -> list[Package]:
        """The packages of the workspace that `package` names in its requirements."""
        return [
            other
            for other in self.packages.values()
            if _normalise(other.distribution) in package.workspace_requirements
        ]

    def dependents(self, names: set[str]) -> set[str]:
        """The named packages and every package that needs one of them, directly or not."""
        return {
            name
            for name, package in self.packages.items()
            if names & {needed.folder.name for needed in self.closure(package)}
        }


def _package(folder: Path, workspace: set[str]) -> Package:
    project = _project(folder)
    requirements = tuple(project.get("dependencies", ()))
    [module] = [child.name for child in (folder / "src").iterdir() if (child / "__init__.py").is_file()]
    inner = frozenset(name for name in map(_requirement_name, requirements) if name in workspace)
    return Package(folder, project["name"], module, requirements, inner)


def _project(folder: Path) -> dict[str, Any]:
    return dict(tomllib.loads((folder / "pyproject.toml").read_text())["project"])


def _requirement_name(requirement: str) -> str:
    from packaging.requirements import Requirement

    return _normalise(Requirement(requirement).name)


def _normalise(name: str) -> str:
    return name.lower().replace("_", "-").replace(".", "-")

"""A desk of two nodes on three boxes: two have a node each, one of them with the standby, and the third the primary."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.project.identity import new_challenge
from hero_assistance_sdk.rpc.client import RpcClient
from tests.builds import ROOT
from tests.fleet.box_databases import BoxDatabases, started_databases
from tests.fleet.boxes import BoxNetwork, TestedBox, started_boxes, write_inventory
from tests.fleet.overlay import Overlay
from tests.limits import WITHOUT_RATES

NODES, PRIMARY = ("box-1", "box-2"), "box-3"
PORT = 9770
# The first question makes the key of the project, which takes a busy machine seconds.
_ANSWER_S = 60.0


@dataclass(frozen=True)
class ThreeBoxes:
    """The boxes, their network, and the PostgreSQL; `addresses` are those of the nodes."""

    folder: Path
    network: BoxNetwork
    overlay: Overlay
    databases: BoxDatabases
    addresses: tuple[str, ...]

    def box(self, number: int) -> TestedBox:
        """A box by its number."""
        return self.network.boxes[number - 1]

    def deploy(self, build: Path) -> dict[str, Any]:
        """Bring a build to both nodes, with the secret that leads to the database, and return the table."""
        session = [str(ROOT / "buildenv.sh"), "nox", "-s", "deploy", "--"]
        inventory = write_inventory(
            self.folder,
            self.network.boxes[: len(NODES)],
            {**WITHOUT_RATES, "HERO_ASSISTANCE_TCP": str(PORT)},
            hero_start=(),
            hero_secrets={"DATABASE": self.databases.url},
        )
        status, printed, told = self.network.run([*session, str(inventory), "--build", str(build), "--json"])
        assert self.databases.password not in printed + told
        assert status == 0, told
        return dict(json.loads(printed))

    def operate(self, number: int, method: str, **params: Any) -> Any:
        """Call a method as the operator of a box; its socket is a file, and in no network."""
        socket = Paths.from_environ({"PATH_ROOT": str(self.box(number).root)}).socket("rpc")
        with RpcClient(socket, headers={"x-hero-operator": "1"}, timeout_s=_ANSWER_S) as client:
            return client.call(method, **params)

    def prove(self) -> str:
        """The id of the project that the nodes prove."""
        challenge = new_challenge()
        return str(self.operate(1, "project.prove", challenge=challenge, address="")["project_id"])

    def run_command(self, number: int, *arguments: str) -> Any:
        """Run the command line tool on a box, and return the JSON that it prints, also where something is not well."""
        root = self.box(number).root
        settings = [f"PATH_ROOT={root}", f"HOME={root}"]
        command = ["env", *settings, str(root / "bin" / "hero_assistance"), *arguments, "--json"]
        return json.loads(self.box(number).run_in_processes("sh", "-c", '"$@" || true', "sh", *command))

    def server_of(self, number: int) -> Mapping[str, Any]:
        """The server of a box, as `status` tells it."""
        actions = self.run_command(number, "status")["actions"]
        return next(action for action in actions if action["name"].endswith("server"))

    def kill_server(self, number: int) -> int:
        """Send SIGKILL to the server of a box, and return which process that was."""
        pid = int(self.server_of(number)["pid"])
        self.box(number).run_in_processes("kill", "-9", str(pid))
        return pid


@contextmanager
def started_three_boxes(folder: Path) -> Iterator[ThreeBoxes]:
    """Start the boxes and the PostgreSQL; no release is there yet."""
    with started_boxes(folder, [*NODES, PRIMARY]) as network:
        overlay = Overlay(network.controller)
        places = [(box, overlay.join(box.host)) for box in network.boxes]
        addresses = tuple(f"[{address}]:{PORT}" for _, address in places[: len(NODES)])
        with started_databases(places[2], places[1]) as databases:
            yield ThreeBoxes(folder, network, overlay, databases, addresses)

"""What is played on two boxes, once for all tests of it: from nothing to a release, upgrades that go well and ill."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

from hero_assistance_sdk.errors import HeroError
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from scripts.build.release.archive import write_archive
from tests.builds import ROOT, rebranded
from tests.fleet.boxes import BoxNetwork, TestedBox

SECOND, BROKEN, FOREIGN = "0.1.0-second", "0.1.0-broken", "0.1.0-foreign"
# What is left of the disk of box 2: room for the archive, none for what is in it.
LEFT_MB = 40
# Of an upgrade that takes some seconds, with a call every 20 ms at most.
FEWEST_ANSWERS = 50
# The whole story takes a minute on a machine with nothing else to do.
PLAY_S = 1200.0
_PAUSE_S = 0.02
_ANSWER_S = 15.0


@dataclass(frozen=True)
class Said:
    """What one run of `nox -s deploy` ended with, printed and reported."""

    status: int
    document: dict[str, Any]
    progress: str

    def column(self, name: str) -> list[Any]:
        """One field of all boxes, by their names."""
        return [box[name] for box in self.document["boxes"]]

    def detail(self, box: int) -> str:
        """Why that box is not well."""
        return str(self.document["boxes"][box - 1]["detail"])


@dataclass
class Load:
    """Calls of a server, one after the other and each over a connection of its own, and what came of them."""

    answered: int = 0
    failed: list[str] = field(default_factory=list)

    @contextmanager
    def pressing(self, socket: Path) -> Iterator[None]:
        """Call while open."""
        ended = Event()
        caller = Thread(target=self._call_until, args=(ended, socket))
        caller.start()
        try:
            yield
        finally:
            ended.set()
            caller.join()

    def _call_until(self, ended: Event, socket: Path) -> None:
        while not ended.wait(_PAUSE_S):
            try:
                with RpcClient(socket, timeout_s=_ANSWER_S) as server:
                    server.call("system.health")
                self.answered += 1
            except HeroError as error:
                self.failed.append(str(error))


@dataclass
class Record:
    """What the runs of a story said, by name; the load on box 1 during its upgrade, and the files left there."""

    runs: dict[str, Said] = field(default_factory=dict)
    load: Load = field(default_factory=Load)
    left: list[str] = field(default_factory=list)

    def write(self, path: Path) -> None:
        """Keep it for other processes."""
        path.write_text(json.dumps(asdict(self)))


def read_record(path: Path) -> Record:
    """What another process has kept."""
    found = json.loads(path.read_text())
    return Record({name: Said(**run) for name, run in found["runs"].items()}, Load(**found["load"]), found["left"])


@dataclass
class FleetStory:
    """The boxes of the story, the program that is run over them, and what it said."""

    network: BoxNetwork
    program: list[str]
    record: Record = field(default_factory=Record)

    def play(
        self,
        name: str,
        *arguments: str,
        program: list[str] | None = None,
        on_progress: Callable[[str], None] = lambda line: None,
    ) -> Said:
        """Run the program over the inventory, and keep what it said."""
        command = [*(program or self.program), str(self.network.inventory), *arguments, "--json"]
        status, printed, told = self.network.run(command, on_progress)
        assert printed, f"{name}: {told}"
        said = self.record.runs[name] = Said(status, json.loads(printed), told)
        return said


def make_builds(dist: Path, folder: Path) -> tuple[Path, Path]:
    """An upgrade of the build, and one whose server does not start."""
    second = rebranded(dist, folder / "second", SECOND)
    broken = rebranded(dist, folder / "broken", BROKEN, break_binary="hero_assistance_server")
    for build in (second, broken):
        write_archive(build)
    return second, broken


def make_foreign_build(dist: Path, folder: Path) -> Path:
    """The build, with a manifest that says it is another release, for another platform."""
    folder.mkdir()
    for path in dist.iterdir():
        if path.is_file():
            (folder / path.name).symlink_to(path)
    manifest = json.loads((dist / "manifest.json").read_text())
    (folder / "manifest.json").unlink()
    (folder / "manifest.json").write_text(json.dumps({**manifest, "release": FOREIGN, "platform": "linux-riscv64"}))
    return folder


def play_all(story: FleetStory, dist: Path, folder: Path) -> None:
    """Play the story."""
    box_1, box_2 = story.network.boxes
    box_1_paths = Paths.from_environ({"PATH_ROOT": str(box_1.root)})
    session = [str(ROOT / "buildenv.sh"), "nox", "-s", "deploy", "--"]
    second, broken = make_builds(dist, folder)
    foreign = make_foreign_build(dist, folder / "foreign")
    story.play("first", "--build", str(foreign), "--build", str(dist), program=session)
    first = story.record.runs["first"].document["boxes"][0]["release"]
    story.play("again", "--build", str(dist))
    box_2.shrink_disk(LEFT_MB)
    with story.record.load.pressing(box_1_paths.socket("rpc")):
        story.play("full disk", "--build", str(second))
    box_2.grow_disk()
    story.play("run again", "--build", str(second))
    story.play("broken", "--build", str(broken), "--canary", "box-2")
    story.play("rollback", "rollback", "--release", first, "--batch", "2")
    story.play("doctor", "doctor")
    story.play("goes off", "--build", str(second), on_progress=_switch_off_behind(box_2))
    story.record.left = sorted(path.name for path in box_1_paths.downloads.iterdir())
    story.play("off", "--build", str(second))
    story.play("status of one that is off", "status")


def _switch_off_behind(box: TestedBox) -> Callable[[str], None]:
    """Switches a box off when it was looked at, and the canary is at work."""

    def look(line: str) -> None:
        if line.startswith("canary:"):
            box.switch_off()

    return look

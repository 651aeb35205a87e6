"""A rotation that is killed before any of its steps, or that the disk refuses, loses no line and doubles none."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.builds import ROOT
from tests.capabilities import HOLES, NAMESPACES, needs

pytestmark = [
    pytest.mark.fault,
    needs(HOLES),
]

FULL = os.environ.get("FAULT_ROUNDS") == "full"
# In full, every line of code that a rotation runs through; in CI, every eleventh.
STRIDE = 1 if FULL else 11
FEWEST_STEPS = 500

# What each of these scripts begins with: two runs of output, the second one rotated in part.
_STAGE = """\
import asyncio, os, shutil, signal, sys, time
from pathlib import Path
from hero_assistance.supervisor.logs import rotation
from hero_assistance.supervisor.logs.time_index import read_marks
from hero_assistance.supervisor.logs.log_manager import LogManager
from hero_assistance.supervisor.logs.live_file import open_live_file
from hero_assistance.supervisor.logs.query import read_lines_after
from hero_assistance.supervisor.logs.layout import LogLayout
from hero_assistance_sdk.hero_proc.specs import LogSpec

PLACE = LogLayout(Path(os.environ["PATH_ROOT"]) / "log", "one")
LINES = [f"{number:08} {'x' * 100}" for number in range(2500)]

def fill():
    shutil.rmtree(PLACE.folder, ignore_errors=True)
    for run, lines in ((1, LINES[:700]), (2, LINES[700:])):
        with open_live_file(PLACE, run) as file:
            file.write("".join(f"{line}\\n" for line in lines).encode())
        rotation.rotate(PLACE, run, LogSpec(max_bytes=64 * 1024, keep=1000))

def read(cursor="0:0:0", count=10_000):
    lines = []
    for _page in range(1000):
        page = read_lines_after(PLACE.folder, "one", cursor, count)
        lines += page.lines
        cursor = page.cursor
        if page.is_end or count < 10_000:
            return lines, cursor
    raise AssertionError("it does not end")

async def until(condition):
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
"""

# Before the n-th line of code of the logs, or of what they use of the sdk, the process kills itself.
_KILL = """\
SHARED = tuple(f"hero_assistance_sdk/{name}.py" for name in ("files/durable_files", "files/file_lock", "libc"))
stride, keep = int(sys.argv[1]), int(sys.argv[2])
left = 0

def trace(frame, event, _argument):
    global left
    name = frame.f_code.co_filename
    if "/supervisor/logs/" not in name and not name.endswith(SHARED):
        return None
    if event == "line":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
    return trace

def work():
    spec = LogSpec(max_bytes=64 * 1024, keep=keep)
    rotation.remove_unfinished(PLACE)
    rotation.remove_surplus(PLACE, spec)
    rotation.finish_rotation(PLACE, 2)
    while rotation.rotate(PLACE, 2, spec):
        pass

def check(step, what, whole):
    lines, _cursor = read()
    assert lines == sorted(set(lines)) and set(lines) <= set(LINES), f"{what} step {step}: a line is doubled or broken"
    assert lines[-600:] == LINES[-600:], f"{what} step {step}: lines are missing"
    # Of a run that is being removed, a part may be gone; never of one that stays.
    assert not whole or lines == LINES[-len(lines):], f"{what} step {step}: lines are missing in between"
    if keep > 1:
        assert len(lines) == len(LINES), f"{what} step {step}: lines are missing"
        assert read(half)[0] == LINES[1500:], f"{what} step {step}: a reader missed a line or has it twice"

def count_steps():
    global left
    told, tell = os.pipe()
    if not os.fork():
        left = 0
        sys.settrace(trace)
        work()
        sys.settrace(None)
        os.write(tell, str(-left).encode())
        os._exit(0)
    os.wait()
    return int(os.read(told, 100))

fill()
steps = count_steps()
kills = 0
for step in range(1, 100_000, stride):
    fill()
    half = read(count=1500)[1]
    child = os.fork()
    if not child:
        left = step
        sys.settrace(trace)
        work()
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    check(step, "killed before", whole=keep > 1)
    if status == 0:
        break
    assert status == -signal.SIGKILL, status
    kills += 1
    work()
    check(step, "finished after", whole=True)
    assert not list(PLACE.run_folder.glob(".*"))
    # No byte is on the disk twice, but for the block that is being written.
    output = PLACE.find_output(2)
    assert PLACE.live_path(2).stat().st_blocks * 512 <= PLACE.live_path(2).stat().st_size - output.rotated + 2 * 65536
print(kills, steps)
"""


def script(source: str, *arguments: str, env: dict[str, str], limit: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", f'{limit or "exec"} "$@"', "sh", sys.executable, "-c", _STAGE + source, *arguments],
        env={**env, "PYTHONPATH": os.pathsep.join(sys.path)},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )


@pytest.mark.parametrize("keep", [1000, 1])
def test_killed_before_every_step(keep: int, hero_env: dict[str, str]) -> None:
    done = script(_KILL, str(STRIDE), str(keep), env=hero_env)
    assert done.returncode == 0, done.stderr
    kills, steps = map(int, done.stdout.split())
    # How many lines of code are steps differs between the versions of Python: CPython 3.12 inlines comprehensions.
    assert kills == -(-steps // STRIDE)
    assert steps > FEWEST_STEPS


# Before the n-th line of code of a reader, everything is rotated, and with `keep` of 1 what is too much removed.
_BESIDE = """\
stride, keep = int(sys.argv[1]), int(sys.argv[2])
left = 0

def trace(frame, event, _argument):
    global left
    if not frame.f_code.co_filename.endswith("/supervisor/logs/run_content.py"):
        return None
    if event == "line":
        left -= 1
        if left == 0:
            sys.settrace(None)
            while rotation.rotate(PLACE, 2, LogSpec(max_bytes=64 * 1024, keep=keep)):
                pass
    return trace

reads = 0
for step in range(1, 100_000, stride):
    fill()
    left = step
    sys.settrace(trace)
    lines, cursor = read()
    sys.settrace(None)
    assert lines == sorted(set(lines)) and set(lines) <= set(LINES), f"before step {step}: a line is doubled or broken"
    assert lines[-600:] == LINES[-600:], f"before step {step}: lines are missing"
    assert keep == 1 or len(lines) == len(LINES), f"before step {step}: lines are missing"
    assert read(cursor)[0] == []
    if left > 0:
        break
    reads += 1
print(reads)
"""


@pytest.mark.parametrize("keep", [1000, 1])
def test_rotated_before_every_step_of_a_reader(keep: int, hero_env: dict[str, str]) -> None:
    stride = 1 if FULL else 3
    done = script(_BESIDE, str(stride), str(keep), env=hero_env)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 60 // stride


# A file system of 1200 KiB that is filled to the last block, and space again afterwards.
_FULL = """\
import subprocess
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1200k", "tmpfs", os.environ["PATH_ROOT"]], check=True)
fill()
ballast = Path(os.environ["PATH_ROOT"]) / "ballast"
with ballast.open("wb", buffering=0) as file:
    try:
        while file.write(b"x" * 4096):
            pass
    except OSError as error:
        print(error.strerror)
before = sorted(path.name for path in PLACE.run_folder.iterdir())
try:
    rotation.rotate(PLACE, 2, LogSpec(max_bytes=64 * 1024, keep=1000))
except OSError as error:
    print(error.strerror)
assert read()[0] == LINES
assert sorted(path.name for path in PLACE.run_folder.iterdir()) == before
# Where something goes anyway, its space is what the next segment is written to.
start = PLACE.find_output(2).rotated

async def main():
    keeper = LogManager(PLACE.folder)
    keeper.watch("one", LogSpec(max_bytes=64 * 1024, keep=3))
    looking = asyncio.create_task(keeper.run())
    await until(lambda: PLACE.find_output(2).rotated > start and read_marks(PLACE.marks_path(2)))
    looking.cancel()

asyncio.run(main())
assert read()[0] == LINES[700:]
"""


@needs(NAMESPACES)
def test_a_full_disk_loses_nothing(hero_env: dict[str, str]) -> None:
    done = script(_FULL, env=hero_env, limit="exec unshare --mount --map-root-user --")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == ["No space left on device"] * 2


# A limit on the size of a file is what a quota looks like: the segment is refused in the middle.
_LIMIT = """\
import resource
fill()
before = sorted(path.name for path in PLACE.run_folder.iterdir())
resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, resource.RLIM_INFINITY))
try:
    rotation.rotate(PLACE, 2, LogSpec(max_bytes=64 * 1024, keep=1000))
except OSError as error:
    print(error.strerror)
assert read()[0] == LINES
assert sorted(path.name for path in PLACE.run_folder.iterdir()) == before
"""


def test_a_segment_that_is_refused_half_way_loses_nothing(hero_env: dict[str, str]) -> None:
    done = script(_LIMIT, env=hero_env)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "File too large\n"


_RAMFS = """\
import subprocess
from hero_assistance.supervisor.logs.hole_punching import can_punch_holes
subprocess.run(["mount", "-t", "ramfs", "ramfs", os.environ["PATH_ROOT"]], check=True)
print(can_punch_holes(Path(os.environ["PATH_ROOT"])))
print(os.listdir(os.environ["PATH_ROOT"]))
"""


@needs(NAMESPACES)
def test_a_file_system_that_frees_no_parts_is_recognised(hero_env: dict[str, str]) -> None:
    done = script(_RAMFS, env=hero_env, limit="exec unshare --mount --map-root-user --")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "False\n[]\n"


# A log manager next to a file that grows, which cannot rotate at first, and then can.
_KEEPER = """\
import resource
from hero_assistance_sdk.logs import configure_logs

async def main():
    configure_logs()
    fill()
    keeper = LogManager(PLACE.folder)
    keeper.watch("one", LogSpec(max_bytes=100 * 1024, keep=1000))
    before = PLACE.list_outputs()
    looking = asyncio.create_task(keeper.run())
    resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, resource.RLIM_INFINITY))
    for count in range(1, 4):
        await until(lambda: len(read_marks(PLACE.marks_path(2))) >= count)
        # The file grows, as a program's would that the limit does not hold for.
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        with PLACE.live_path(2).open("a") as file:
            file.write(f"late {count}\\n")
        resource.setrlimit(resource.RLIMIT_FSIZE, (80_000, resource.RLIM_INFINITY))
        assert PLACE.list_outputs() == before
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    await until(lambda: PLACE.live_path(2).stat().st_size - PLACE.find_output(2).rotated < 100 * 1024)
    looking.cancel()
    assert read()[0] == [*LINES, "late 1", "late 2", "late 3"]

asyncio.run(main())
"""


def test_a_rotation_that_fails_is_said_once_and_tried_again(hero_env: dict[str, str]) -> None:
    done = script(_KEEPER, env=hero_env)
    assert done.returncode == 0, done.stderr
    (said,) = done.stderr.splitlines()
    assert "log.not-rotated action=one run=2" in said
    assert "File too large" in said

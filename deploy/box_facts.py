"""What a box is and has, asked in one command over ssh; a box needs nothing for it but a shell."""

from __future__ import annotations

import json
import shlex
from typing import Any

from pyinfra.api.facts import FactBase
from pyinfra.context import host

from hero_assistance.releases.target import DESCRIBE_TARGET

# A status asks two daemons, for 2 s each; a slow disk may take its time over the first start of a program.
_ANSWER_S = 60
# Followed by the name of a part, such as `releases`, on a line of its own.
_PART = "=== "
_DESCRIBE = f"{DESCRIBE_TARGET}import json\nprint(json.dumps([python, platform]))"
_SCRIPT = """\
root=${PATH_ROOT:-$HOME/hero}
var=${PATH_VAR:-$root/var}
program=$root/bin/hero_assistance
part() { printf '\\n%s%s\\n' '=== ' "$1"; }
part root; printf '%s\\n' "$root"
part var; printf '%s\\n' "$var"
part machine; uname -sm
part sent; ls "$var/downloads/hero_assistance" 2>/dev/null
part targets
for python in @PYTHONS@; do "$python" -ISc @DESCRIBE@ 2>/dev/null; done
if [ -x "$program" ]; then
    part releases; "$program" releases --json 2>/dev/null
    part live; cat "$var/releases/hero_assistance/current/release.json" 2>/dev/null
    @MORE@
fi
exit 0
"""


class BoxReport(FactBase[dict[str, Any]]):
    """Folders, interpreters, releases and state of a box; or, with `doctor`, what is wrong with it as well."""

    def command(self, pythons: str, doctor: bool = False) -> str:
        """The shell script that is run on the box; `pythons` are names of interpreters, split by commas."""
        # And the names that the header of a zipapp looks for.
        searched = shlex.join(dict.fromkeys([*pythons.split(","), "python3", "python"]))
        asked = ["status", "doctor"] if doctor else ["status"]
        more = "\n    ".join(f'part {name}; "$program" {name} --json 2>/dev/null' for name in asked)
        script = _SCRIPT.replace("@PYTHONS@", searched).replace("@DESCRIBE@", shlex.quote(_DESCRIBE))
        return script.replace("@MORE@", more)

    def process(self, output: list[str]) -> dict[str, Any]:
        """The parts of the output as a report, which `scripts.deploy.box` reads."""
        parts: dict[str, list[str]] = {}
        for line in output:
            if line.startswith(_PART):
                parts[line.removeprefix(_PART)] = []
            elif parts:
                parts[next(reversed(parts))].append(line)
        targets = [target for target in map(_load, parts["targets"]) if target]
        return {
            "root": parts["root"][0],
            "var": parts["var"][0],
            "machine": parts["machine"][0],
            "targets": [list(target) for target in dict.fromkeys(map(tuple, targets))],
            "sent": [name for name in parts["sent"] if name],
            "program": "releases" in parts,
            **{name: _load("\n".join(parts.get(name, ()))) for name in ("releases", "live", "status", "doctor")},
        }


def report_box(pythons: str, *, doctor: bool = False) -> dict[str, Any] | None:
    """The report of the box that is being looked at, with its name; `None` when it gave none, and has failed."""
    found = host.get_fact(BoxReport, pythons=pythons, doctor=doctor, _env=environment(), _timeout=_ANSWER_S)
    return {"name": host.name, **found} if found else None


def environment() -> dict[str, str]:
    """The settings of the box that the inventory names, such as `PATH_ROOT`."""
    return dict(host.data.get("hero_environment", {}))


def _load(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None

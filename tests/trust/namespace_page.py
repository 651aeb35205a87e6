"""Run alone in a network: who may open the page there, with the overlay on the list and without."""

from __future__ import annotations

import json
import os

from hero_assistance_sdk.paths import Paths
from tests.trust.harness import get, supervised
from tests.trust.namespace import LAST, NEIGHBOUR, NODE, PEER, STRANGER
from tests.ui.daemons import desk


def main() -> None:
    env = dict(os.environ)
    paths = Paths.from_environ(env)
    with supervised(paths, env) as supervisor, desk(paths.root, env) as page:
        supervisor.start()
        supervisor.set("ADMIN_SECRETS", "400::/7, 192.0.2.0/24")
        page.start_ui("--tcp", f"[{NODE}]:0", "--tcp", "0")
        over_node, everywhere = (
            line.rpartition("address=")[2]
            for line in page.log_of("hero_assistance_ui").read_text().splitlines()
            if "name=tcp" in line
        )
        port = everywhere.rpartition(":")[2]
        print(
            json.dumps(
                {
                    **{source: get(over_node, source) for source in (NODE, PEER, LAST, STRANGER, NEIGHBOUR)},
                    "192.0.2.7": get(f"192.0.2.7:{port}", "192.0.2.7"),
                    "127.0.0.1": get(f"127.0.0.1:{port}", "127.0.0.1"),
                    "::1": get(f"[::1]:{port}", "::1"),
                }
            )
        )


if __name__ == "__main__":
    main()

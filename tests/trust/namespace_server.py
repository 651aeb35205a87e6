"""Run alone in a network: who may speak to the ticket server, and what `MYCELIUM_BIND` makes it bind."""

from __future__ import annotations

import json
import os
import sys

from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.trust.harness import get, supervised
from tests.trust.mycelium import mycelium
from tests.trust.namespace import LAST, NEIGHBOUR, NODE, PEER, STRANGER
from tests.ui.daemons import desk

SOURCES = (NODE, PEER, LAST, STRANGER, NEIGHBOUR)


def main(bind: str, told: str) -> None:
    env = {**os.environ, "HERO_ASSISTANCE_TCP": "9770"}
    paths = Paths.from_environ(env)
    with supervised(paths, env) as supervisor, desk(paths.root, env) as made:
        made.env["HERO_ASSISTANCE_TCP"] = "9770"
        supervisor.start()
        if bind:
            supervisor.set("MYCELIUM_BIND", bind)
        if told:
            with mycelium({"/api/v1/admin": json.loads(told)}):
                made.start_server()
        else:
            made.start_server()
        with RpcClient(paths.socket("rpc")) as client:
            address = client.call("system.health")["tcp"]
        log = made.log_of("hero_assistance_server").read_text()
        asked = {source: _status(f"[{source}]:9770", source) for source in SOURCES}
        asked |= {source: _status(f"{source}:9770", source) for source in ("127.0.0.1", "192.0.2.7")}
        refused = [line for line in log.splitlines() if "listener.tcp-unavailable" in line]
        print(json.dumps({"tcp": address, "asked": asked, "refused": refused}))


def _status(address: str, source: str) -> int | None:
    """The status of the answer, `None` where nobody listens."""
    try:
        return get(address, source)
    except ConnectionRefusedError:
        return None


if __name__ == "__main__":
    main(*sys.argv[1:])

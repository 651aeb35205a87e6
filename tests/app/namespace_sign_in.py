"""Run alone in a network: the app of a device of the overlay, from unknown to signed in and out again."""

from __future__ import annotations

import json
import os
from typing import Any

import httpx2

from hero_assistance_app.targets import make_projects
from hero_assistance_sdk.paths import Paths
from hero_assistance_sdk.rpc.client import RpcClient
from tests.app.program import App
from tests.trust.namespace import NODE
from tests.ui.daemons import desk, rpc_body

JSON = {"content-type": "application/json"}
ADDRESS = f"[{NODE}]:9770"
EMAIL = "erin@example.org"


def main() -> None:
    env = {**os.environ}
    paths = Paths.from_environ(env)
    with desk(paths.root, env, "hero") as made:
        made.env["HERO_ASSISTANCE_TCP"] = "9770"
        made.start_server()
        with RpcClient(paths.socket("rpc"), headers={"x-hero-operator": "1"}) as operator:
            code = operator.call("user.add", email=EMAIL, role="agent", name="Erin")["code"]
        app = App(["--project", ADDRESS], made.env, paths.root / "app.log")
        try:
            app.start()
            with app.browser() as browser:
                print(json.dumps(_walk(browser, code)))
        finally:
            app.daemon.close()


def _walk(browser: httpx2.Client, code: str) -> dict[str, Any]:
    (project,) = make_projects([ADDRESS])
    base = f"/projects/{project.id}"

    def ask(method: str) -> Any:
        answer = browser.post(f"{base}/rpc", content=rpc_body(method), headers=JSON).json()
        return answer.get("result") or answer.get("error", {}).get("data", {}).get("reason")

    def send(path: str, body: dict[str, str]) -> httpx2.Response:
        return browser.post(f"{base}/{path}", json=body)

    said: dict[str, Any] = {"unknown": ask("ticket.list"), "name": ask("project.info")["name"]}
    said["wrong"] = send("sign-in/redeem", {"email": EMAIL, "code": "x"}).status_code
    redeemed = send("sign-in/redeem", {"email": EMAIL, "code": code})
    said |= {"redeemed": sorted(redeemed.json()["result"]), "cookies": redeemed.headers.get_list("set-cookie")}
    said["me"] = ask("user.me")["name"]
    (device,) = ask("user.devices")["devices"]
    said |= {"device": device["address"], "is_current": device["is_current"], "called": device["name"].split()[0]}
    said["out"] = send("sign-out", {}).json()["result"]
    said["after"] = ask("ticket.list")
    return said


if __name__ == "__main__":
    main()

"""`doctor` tells which of the daemons' settings are kept, and by whom; never what they are."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from hero_assistance.service import build_service_spec
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.paths import Paths
from tests.trust.harness import Supervised

Found = list[tuple[str, str, str]]

# The others, in the order in which they are named.
OTHERS = [
    *("WEBHOOK_NETWORKS", "SMTP_URL", "MAIL_FROM"),
    *("OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"),
    *("IMAP_URL", "MAIL_LISTEN"),
    "FRAME_ANCESTORS",
    "DATABASE",
]


def _findings(env: dict[str, str], *checks: str) -> Found:
    command = [sys.executable, "-m", "hero_assistance", "doctor", "--json"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    found = json.loads(done.stdout)["findings"]
    assert "s3cret" not in done.stdout
    assert done.stderr == ""
    return [(one["check"], one["verdict"], one["detail"]) for one in found if one["check"] in checks]


def test_names_and_where_they_are_kept(embedded: Supervised, hero_env: dict[str, str]) -> None:
    embedded.start()
    embedded.set("THEME", "s3cret-theme")
    embedded.set("ADMIN_SECRETS", "s3cret-entry,10.0.0.0/8")
    assert _findings(hero_env, "secrets", "access") == [
        ("secrets", "ok", "THEME is set in embedded"),
        ("secrets", "ok", "ADMIN_SECRETS is set in embedded"),
        ("secrets", "ok", "MYCELIUM_BIND is not set in embedded"),
        *(("secrets", "ok", f"{name} is not set in embedded") for name in OTHERS),
        ("access", "warning", "1 of the entries of ADMIN_SECRETS are neither address nor network"),
    ]


def test_hero_proc_is_named_where_it_tells(embedded: Supervised, box: Supervised, hero_env: dict[str, str]) -> None:
    embedded.start()
    embedded.set("THEME", "dark")
    box.start()
    box.set("MYCELIUM_BIND", "400::1")
    assert [detail for _check, _verdict, detail in _findings(hero_env, "secrets")] == [
        "THEME is not set in hero_proc",
        "ADMIN_SECRETS is not set in hero_proc",
        "MYCELIUM_BIND is set in hero_proc",
        *(f"{name} is not set in hero_proc" for name in OTHERS),
    ]


def test_without_a_supervisor_nobody_tells(hero_env: dict[str, str]) -> None:
    assert _findings(hero_env, "secrets") == [
        ("secrets", "warning", f"no supervisor tells THEME, ADMIN_SECRETS, MYCELIUM_BIND, {', '.join(OTHERS)}")
    ]


def test_a_page_that_everybody_may_open_is_a_warning(
    embedded: Supervised, paths: Paths, hero_env: dict[str, str]
) -> None:
    embedded.start()
    spec = build_service_spec(paths, auth_mode="dev", seed_dev_users=True, ui_tcp=["0.0.0.0:9771"], environ=hero_env)
    with SupervisorClient(embedded.socket) as client:
        client.service_set(spec)
    warned = ("access", "warning", "everybody who can reach 0.0.0.0:9771 may open the page")
    assert _findings(hero_env, "access") == [warned]
    embedded.set("ADMIN_SECRETS", "10.0.0.0/8")
    assert _findings(hero_env, "access") == []


def test_how_the_backups_are(hero_env: dict[str, str], paths: Paths) -> None:
    assert _findings(hero_env, "backups") == [("backups", "ok", "none yet; a running server makes one each day")]
    paths.backups.mkdir(parents=True)
    made = paths.backups / "hero_assistance-20261122T120000Z.tar"
    made.write_bytes(b"")
    assert _findings(hero_env, "backups") == [("backups", "ok", f"the last one is {made.name}")]
    os.utime(made, (0, 0))
    (paths.backups / "failed.json").write_text('{"at": "2026-11-23T12:00:00+00:00", "error": "the disk is full"}')
    (failed, old) = _findings(hero_env, "backups")
    assert failed == ("backups", "fault", "the last one failed: the disk is full")
    assert old[1] == "warning"
    (paths.backups / "failed.json").write_text("half")
    assert _findings(hero_env, "backups")[0][:2] == ("backups", "fault")


@pytest.mark.parametrize(
    ("secrets", "said"),
    [
        ({"OIDC_ISSUER": "https://login.example.org"}, "OIDC_CLIENT_ID is missing"),
        ({"OIDC_CLIENT_ID": "desk"}, "OIDC_ISSUER is missing"),
        ({"OIDC_ISSUER": "http://login.example.org", "OIDC_CLIENT_ID": "desk"}, "OIDC_ISSUER is no https address"),
    ],
)
def test_a_setting_that_means_nothing_is_found(
    embedded: Supervised, hero_env: dict[str, str], secrets: dict[str, str], said: str
) -> None:
    embedded.start()
    for name, value in secrets.items():
        embedded.set(name, value)
    found = [detail for _check, verdict, detail in _findings(hero_env, "secrets") if verdict == "fault"]
    assert [detail.startswith(said) for detail in found] == [True]

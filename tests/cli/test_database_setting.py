"""A command on the data of a desk in PostgreSQL, while the service is stopped and no supervisor runs."""

from __future__ import annotations

from hero_assistance_sdk.files.data_folder import NODE_MARK
from hero_assistance_sdk.paths import Paths
from tests.cli.test_commands import run

# No one listens there.
NOWHERE = "postgresql://desk:s3cr3t@127.0.0.1:1/desk"


def test_demo_users_are_looked_for_in_the_database_that_the_secret_names(
    paths: Paths, hero_env: dict[str, str]
) -> None:
    assert run("secret", "set", "DATABASE", "-", env=hero_env, stdin=NOWHERE).returncode == 0
    assert run("--stop", env=hero_env).returncode == 0
    paths.data.mkdir(parents=True, exist_ok=True)
    (paths.data / NODE_MARK).touch()
    done = run("user", "deactivate", "--demo", env=hero_env)
    run("--stop", env=hero_env)
    assert done.returncode == 1
    assert "the database cannot be opened: " in done.stderr
    assert "s3cr3t" not in done.stdout + done.stderr

"""The key of the store: two secrets of the supervisor, which no argument list, file or log has."""

from __future__ import annotations

from hero_assistance.replication.errors import ReplicaFailed
from hero_assistance.replication.s3.signature import AccessKey
from hero_assistance.supervisor.connection import connect_supervisor, hero_proc_or_embedded
from hero_assistance_sdk.errors import NotFound
from hero_assistance_sdk.hero_proc.client import SupervisorClient
from hero_assistance_sdk.paths import Paths

KEY_ID = "REPLICA_ACCESS_KEY_ID"
SECRET = "REPLICA_SECRET_ACCESS_KEY"  # noqa: S105 - the name of one


def ask_access_key(paths: Paths) -> AccessKey:
    """Return the key, for a command: starts a supervisor where none runs. Raises `ReplicaFailed` without a key."""
    with hero_proc_or_embedded(paths) as supervisor:
        return _read(supervisor.client)


def read_access_key(paths: Paths) -> AccessKey:
    """Return the key, for the action, which never starts its supervisor; raises `ReplicaFailed`."""
    with connect_supervisor(paths) as supervisor:
        if supervisor is None:
            raise ReplicaFailed("no supervisor tells the access key", hint="hero_assistance --start")
        return _read(supervisor.client)


def _read(client: SupervisorClient) -> AccessKey:
    return AccessKey(_get(client, KEY_ID), _get(client, SECRET))


def _get(client: SupervisorClient, name: str) -> str:
    try:
        return client.secret_get(name)
    except NotFound:
        raise ReplicaFailed(f"the secret {name} is not set", hint=f"hero_assistance secret set {name} -") from None

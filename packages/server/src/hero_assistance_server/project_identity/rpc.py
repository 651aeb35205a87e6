"""`project.prove`: which project answers here."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from hero_assistance_sdk.errors import Forbidden, Unavailable
from hero_assistance_sdk.net.host_names import HOSTS_SETTING
from hero_assistance_sdk.project.identity import (
    CHALLENGE_PATTERN,
    PROVE,
    bytes_to_sign,
    encode_bytes,
    project_id_of,
)
from hero_assistance_sdk.rpc.examples import Example
from hero_assistance_sdk.rpc.field_faults import FaultKind
from hero_assistance_sdk.rpc.methods import Params, Result
from hero_assistance_server.identity.permissions import EVERYONE, Caller
from hero_assistance_server.project_identity.project_key import ProjectKey
from hero_assistance_server.rpc.params import Fault
from hero_assistance_server.rpc.registry import MethodRegistry

ADDRESS_LIMIT = 64

_PROOF = Example(
    "A program of this machine asks",
    "carol",
    {"challenge": "U0ZxNmE4dWZvb2JhcmJhenF1eHF1dXhjb3JnZWdyYXU", "address": ""},
    {
        "project_id": "mzxw6ytboi2dezlomrsxg5bamfxgiidcmfzs4lrrgqytmobzge2q",
        "key": "wT8x...",
        "signature": "dG9v...",
    },
    varies=frozenset({"project_id", "key", "signature"}),
)


class ProveProject(Params):
    """What is to be signed."""

    challenge: Annotated[
        str,
        StringConstraints(pattern=CHALLENGE_PATTERN),
        Fault(FaultKind.INVALID, "this is no challenge: it has 32 random bytes in URL-safe base64, without padding"),
        Field(description="32 random bytes in URL-safe base64, without padding."),
    ]
    address: Annotated[
        str,
        StringConstraints(max_length=ADDRESS_LIMIT, pattern=r"^[0-9A-Za-z.:\[\]-]*$"),
        Fault(FaultKind.INVALID, "this is no address, such as 127.0.0.1:9770"),
        Field(description="The IP address and port that the caller's connection leads to; empty on a Unix socket."),
    ]


class ProjectProof(Result):
    """Which project this is: the id is a hash of the public key, and the signature is made with its private half."""

    project_id: str
    key: str
    signature: str


def add_methods(table: MethodRegistry, key: ProjectKey, names: frozenset[str]) -> None:
    """Register the method; `names` are those of this machine, with addresses that the operator has added."""

    @table.method(PROVE, allow=EVERYONE, errors=[Forbidden, Unavailable], examples=[_PROOF])
    async def prove(caller: Caller, params: ProveProject) -> ProjectProof:
        """Prove which project this is, by signing a challenge and the address that the caller is connected to.

        Raises `Forbidden` for an address of another machine: somebody there may want to pass this project's proof on.
        """
        if params.address not in {caller.destination, *names}:
            raise Forbidden(
                "this server does not answer at that address",
                hint=f"where a proxy or a router hands on to it, name the address in {HOSTS_SETTING}, as HOST:PORT",
            )
        public, signature = await key.sign(bytes_to_sign(params.challenge, params.address))
        return ProjectProof(
            project_id=project_id_of(public), key=encode_bytes(public), signature=encode_bytes(signature)
        )

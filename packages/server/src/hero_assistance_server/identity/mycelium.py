"""The mycelium daemon of this machine, asked for the node's own address on the overlay."""

from __future__ import annotations

import asyncio
import socket
from ipaddress import IPv6Address, IPv6Network
from typing import Annotated

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hero_assistance_sdk.errors import ProtocolViolation, Unreachable
from hero_assistance_server.identity.authentication import OVERLAY

# Where the daemon's HTTP API listens unless it is told otherwise (mycelium's docs/api.yaml).
DEFAULT_API = "127.0.0.1:8989"
PATH = "/api/v1/admin"
ANSWER_TIMEOUT_S = 2.0
# Nothing is sent to it: any port makes the kernel choose an address to speak from.
_ANY_PORT = 9


class NodeInfo(BaseModel):
    """What the daemon says of its node; older daemons name the subnet alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    subnet: Annotated[IPv6Network, Field(alias="nodeSubnet")]
    address: Annotated[IPv6Address | None, Field(alias="nodeIp")] = None


async def node_address(api: str = DEFAULT_API) -> IPv6Address:
    """The node's address; raises `Unreachable` without a daemon, `ProtocolViolation` for an answer that is none."""
    info = await _info(api)
    address = info.address or _own_address_in(info.subnet)
    if address is None:
        raise Unreachable(f"no address of this machine is in {info.subnet}", hint="does mycelium run without a TUN?")
    if address not in OVERLAY:
        raise ProtocolViolation(f"{address}, which {api} says is the node's, is not an address of the overlay")
    return address


async def _info(api: str) -> NodeInfo:
    # Asked on this machine, without TLS; to read the certificates for it would hold up the start.
    transport = httpx2.AsyncHTTPTransport(verify=False, trust_env=False)
    try:
        async with (
            asyncio.timeout(ANSWER_TIMEOUT_S),
            httpx2.AsyncClient(transport=transport, timeout=ANSWER_TIMEOUT_S, trust_env=False) as http,
        ):
            response = await http.get(f"http://{api}{PATH}")
    except (httpx2.TransportError, TimeoutError):
        raise Unreachable(f"no mycelium daemon answers on {api}", hint="is it running?") from None
    try:
        return NodeInfo.model_validate_json(response.content)
    except ValidationError:
        raise ProtocolViolation(f"what answers on {api} is not a mycelium daemon") from None


def _own_address_in(subnet: IPv6Network) -> IPv6Address | None:
    """The address that the kernel would speak from to this subnet, when it is one of it."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect((str(subnet.network_address + 1), _ANY_PORT))
        except OSError:
            return None
        own = IPv6Address(asked.getsockname()[0].partition("%")[0])
    return own if own in subnet else None

"""The mycelium daemon of this machine, asked for the node's own address on the overlay, and for other nodes' keys."""

from __future__ import annotations

import asyncio
import socket
import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, IPv6Network
from typing import Annotated

import httpx2
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hero_assistance_sdk.errors import ProtocolViolation, Unreachable
from hero_assistance_server.identity.devices.directory import OVERLAY

# Where the daemon's HTTP API listens unless it is told otherwise (mycelium's docs/api.yaml).
DEFAULT_API = "127.0.0.1:8989"
PATH = "/api/v1/admin"
KEY_PATH = "/api/v1/pubkey/"
# A key belongs to its address for good; a daemon may have learned one that it did not know.
KEY_KNOWN_S = 600.0
KEY_UNKNOWN_S = 30.0
# Some 3 MB.
KEYS_KEPT = 10_000
_HEX_DIGITS = 64
ANSWER_TIMEOUT_S = 2.0
_OK = 200
# Nothing is sent to it: any port makes the kernel choose an address to speak from.
_ANY_PORT = 9


class NodeInfo(BaseModel):
    """What the daemon says of its node; older daemons name the subnet alone."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    subnet: Annotated[IPv6Network, Field(alias="nodeSubnet")]
    address: Annotated[IPv6Address | None, Field(alias="nodeIp")] = None


class NodeKey(BaseModel):
    """What the daemon says of the node with an address."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    key: Annotated[str, Field(alias="NodePubKey", pattern=rf"^[0-9a-fA-F]{{{_HEX_DIGITS}}}$")]


class NodeKeys:
    """The public keys of nodes by their addresses, as the daemon knows them; answers are kept for a while."""

    def __init__(self, api: str = DEFAULT_API, clock: Callable[[], float] = time.monotonic) -> None:
        self._api = api
        self._clock = clock
        self._kept: OrderedDict[IPv6Address, tuple[float, str | None]] = OrderedDict()

    async def find(self, address: IPv6Address) -> str | None:
        """Return the key of the node with this address; `None` where no daemon answers, or it does not know."""
        kept = self._kept.get(address)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        try:
            status, content = await _get(self._api, f"{KEY_PATH}{address}")
            key = NodeKey.model_validate_json(content).key.lower() if status == _OK else None
        except (Unreachable, ValidationError):
            key = None
        self._kept[address] = (self._clock() + (KEY_KNOWN_S if key else KEY_UNKNOWN_S), key)
        self._kept.move_to_end(address)
        if len(self._kept) > KEYS_KEPT:
            self._kept.popitem(last=False)
        return key


async def read_node_address(api: str = DEFAULT_API) -> IPv6Address:
    """The node's address; raises `Unreachable` without a daemon, `ProtocolViolation` for an answer that is none."""
    info = await _read_info(api)
    address = info.address or _own_address_in(info.subnet)
    if address is None:
        raise Unreachable(f"no address of this machine is in {info.subnet}", hint="does mycelium run without a TUN?")
    if address not in OVERLAY:
        raise ProtocolViolation(f"{address}, which {api} says is the node's, is not an address of the overlay")
    return address


async def _read_info(api: str) -> NodeInfo:
    _status, content = await _get(api, PATH)
    try:
        return NodeInfo.model_validate_json(content)
    except ValidationError:
        raise ProtocolViolation(f"what answers on {api} is not a mycelium daemon") from None


async def _get(api: str, path: str) -> tuple[int, bytes]:
    """Return the status and the body of an answer; raises `Unreachable`."""
    # Asked on this machine, without TLS; to read the certificates for it would hold up the start.
    transport = httpx2.AsyncHTTPTransport(verify=False, trust_env=False)
    try:
        async with (
            asyncio.timeout(ANSWER_TIMEOUT_S),
            httpx2.AsyncClient(transport=transport, timeout=ANSWER_TIMEOUT_S, trust_env=False) as http,
        ):
            response = await http.get(f"http://{api}{path}")
    except (httpx2.TransportError, TimeoutError):
        raise Unreachable(f"no mycelium daemon answers on {api}", hint="is it running?") from None
    return response.status_code, response.content


def _own_address_in(subnet: IPv6Network) -> IPv6Address | None:
    """The address that the kernel would speak from to this subnet, when it is one of it."""
    with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect((str(subnet.network_address + 1), _ANY_PORT))
        except OSError:
            return None
        own = IPv6Address(asked.getsockname()[0].partition("%")[0])
    return own if own in subnet else None

"""One request by httpcore2, over a connection to an address that is checked as it is made."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

import httpcore2

from hero_assistance_sdk.access_list import Address
from hero_assistance_sdk.errors import HeroError, TooSlow, Unreachable
from hero_assistance_server.outgoing_http.model import ANSWER_LIMIT, AddressRefused, Answer, Resolver
from hero_assistance_server.outgoing_http.network_policy import NetworkPolicy, read_address

# Of the addresses of one name that are tried.
_TRIES = 4
_HINT = "the operator can allow the network: hero_assistance secret set WEBHOOK_NETWORKS NETWORK"
_PLAIN_HINT = "use https, or let the operator allow the network"


async def send(
    backend: CheckedBackend,
    context: ssl.SSLContext | None,
    method: str,
    address: httpcore2.URL,
    *,
    headers: Mapping[str, str],
    body: bytes,
    timeout_s: float,
) -> Answer:
    """Send one request and read the beginning of its answer; raises `AddressRefused`, `Unreachable` or `TooSlow`."""
    try:
        async with (
            asyncio.timeout(timeout_s),
            httpcore2.AsyncConnectionPool(ssl_context=context, network_backend=backend) as pool,
            pool.stream(method, address, headers=list(headers.items()), content=body) as response,
        ):
            return await _read(response)
    except TimeoutError:
        raise TooSlow(f"no answer within {timeout_s:g} seconds") from None
    except (httpcore2.NetworkError, httpcore2.ProtocolError, httpcore2.TimeoutException) as error:
        raise Unreachable(_describe(error)) from None


class CheckedBackend(httpcore2.AsyncNetworkBackend):
    """Connects to the addresses of a name that the policy permits; without TLS, to those that the operator allows."""

    def __init__(self, policy: NetworkPolicy, resolver: Resolver, *, is_encrypted: bool) -> None:
        self._policy = policy
        self._resolver = resolver
        self._is_encrypted = is_encrypted
        self._backend = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Resolve, check and connect; raises `AddressRefused` without an attempt where no address is permitted."""
        failure: httpcore2.ConnectError | None = None
        for address in (await self._find_permitted(host, port))[:_TRIES]:
            try:
                return await self._backend.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except httpcore2.ConnectError as error:
                failure = error
        raise failure or httpcore2.ConnectError(f"{host} has no address")

    async def _find_permitted(self, host: str, port: int) -> list[Address]:
        literal = read_address(host)
        found = [literal] if literal is not None else await self._resolve(host, port)
        permitted = [address for address in found if self._policy.permits(address)]
        if not permitted:
            raise AddressRefused(f"{host} is no address of the internet", hint=_HINT)
        if self._is_encrypted:
            return permitted
        allowed = [address for address in permitted if self._policy.is_allowed(address)]
        if not allowed:
            raise AddressRefused(f"{host} is asked without TLS", hint=_PLAIN_HINT)
        return allowed

    async def _resolve(self, host: str, port: int) -> list[Address]:
        try:
            found = await self._resolver(host, port)
        except (OSError, UnicodeError):
            raise httpcore2.ConnectError(f"the name {host} cannot be resolved") from None
        return [ip_address(one) for one in found]


async def _read(response: httpcore2.Response) -> Answer:
    body = bytearray()
    async for chunk in response.aiter_stream():
        body += chunk
        if len(body) >= ANSWER_LIMIT:
            break
    headers = {name.decode("ascii", "replace").lower(): value.decode("latin-1") for name, value in response.headers}
    return Answer(response.status, headers, bytes(body[:ANSWER_LIMIT]))


def _describe(error: Exception) -> str:
    """What went wrong, without the addresses and paths that a system's message may have."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"the certificate is not trusted: {cause.verify_message}"
        if isinstance(cause, HeroError):
            return cause.message
        if isinstance(cause, ConnectionRefusedError):
            return "the connection was refused"
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, httpcore2.ConnectError):
        return str(error) or "no connection could be made"
    return "the connection ended before the answer" if isinstance(error, httpcore2.NetworkError) else "no valid answer"

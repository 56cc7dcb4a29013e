"""Which addresses may be called: public ones, and what the operator lists (contract I.15).

The check is made on the address that is connected to, at the moment of connecting, so neither a redirect nor a
DNS answer that changes gets around it.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Iterable, Sequence

import httpcore
from httpcore import AsyncNetworkBackend, AsyncNetworkStream

__all__ = ["AddressRefused", "GuardedBackend", "is_allowed"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class AddressRefused(httpcore.ConnectError):
    """The name leads to addresses that may not be called, and to no other."""


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Whether an address may be called: public, or in one of the networks that the operator lists."""
    meant = [address]
    if isinstance(address, ipaddress.IPv6Address):
        # Addresses that carry another one stand for that one too.
        meant += [one for one in (address.ipv4_mapped, address.sixtofour) if one is not None]
        if address.teredo is not None:
            meant += address.teredo
    if any(one in network for one in meant for network in networks if one.version == network.version):
        return True
    # A mapped address is only as public as the one inside; is_global of the outer one says nothing then.
    inner = meant[1:] or meant
    return all(one.is_global and not one.is_multicast for one in inner)


class GuardedBackend(AsyncNetworkBackend):
    """Connects by address only, after the check; the name stays for TLS and the Host header."""

    def __init__(self, networks: Iterable[Network] = ()) -> None:
        """Args: `networks`: private ones that may be called all the same."""
        self._networks = tuple(networks)
        self._backend = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's interface
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        """See httpcore.

        Raises:
            AddressRefused: no address of the host may be called.
            ConnectError: the host has no address, or none answers.
        """
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} has no address: {error}") from error
        addresses = [str(item[4][0]) for item in found]
        allowed = [
            one
            for one in addresses
            if is_allowed(ipaddress.ip_address(one.partition("%")[0]), self._networks)
        ]
        if not allowed:
            raise AddressRefused(f"{host} leads to {', '.join(addresses)}, which may not be called")
        return await self._backend.connect_tcp(allowed[0], port, timeout, local_address, socket_options)

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - the library's interface
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002 - the same
    ) -> AsyncNetworkStream:
        """Never: an endpoint is a URL."""
        raise AddressRefused(f"the socket {path} may not be called")

    async def sleep(self, seconds: float) -> None:
        """See httpcore."""
        await self._backend.sleep(seconds)

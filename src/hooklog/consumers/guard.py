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


# Mapped, compatible (never used any more) and NAT64: the last four bytes are the address that is reached.
_LAST_FOUR_BYTES = tuple(ipaddress.IPv6Network(one) for one in ("::ffff:0:0/96", "::/96", "64:ff9b::/96"))
# All that IANA has given out as public; site-local and reserved addresses count as global elsewhere.
_UNICAST = ipaddress.IPv6Network("2000::/3")
_ADDRESSES_MAX = 4
_CONNECT_SECONDS = 3.0


class AddressRefused(httpcore.ConnectError):
    """The name leads to addresses that may not be called, and to no other."""


def is_allowed(address: Address, networks: Sequence[Network]) -> bool:
    """Whether an address may be called: public, or in one of the networks that the operator lists.

    An IPv6 address that carries an IPv4 one leads there, so that one must be allowed too.
    """
    meant = _meant(address)
    return _is_listed(address, networks) or _is_listed(meant, networks) or _is_public(meant)


def _meant(address: Address) -> Address:
    """The IPv4 address that an IPv6 one carries (mapped, compatible, translated or 6to4), else the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.sixtofour is not None:
        return address.sixtofour
    if any(address in network for network in _LAST_FOUR_BYTES):
        return ipaddress.IPv4Address(address.packed[-4:])
    return address


def _is_listed(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks if address.version == network.version)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address) and address not in _UNICAST:
        return False
    return address.is_global and not address.is_multicast


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
        addresses = list(dict.fromkeys(str(item[4][0]) for item in found))
        allowed = [
            one
            for one in addresses
            if is_allowed(ipaddress.ip_address(one.partition("%")[0]), self._networks)
        ]
        if not allowed:
            raise AddressRefused(f"{host} leads to {', '.join(addresses)}, which may not be called")
        *others, last = allowed[:_ADDRESSES_MAX]
        for one in others:
            try:
                # Where there is another one, a silent address gets a few seconds only.
                return await self._backend.connect_tcp(
                    one, port, _CONNECT_SECONDS, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._backend.connect_tcp(last, port, timeout, local_address, socket_options)

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

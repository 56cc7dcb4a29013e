"""Only public addresses and listed networks are called, in whatever form an address is written."""

import asyncio
import ipaddress
import socket
from typing import Any

import httpcore
import pytest

from hooklog.consumers.guard import AddressRefused, GuardedBackend, is_allowed

PUBLIC = ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]
PRIVATE = [
    "0.0.0.0",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.0.2.1",
    "192.168.0.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:a00:1::1",
    "2001:0:808:808::f5ff:fffe",
    "2001:db8::1",
    "4000::1",
    "fc00::1",
    "fd00::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_may_be_called(address: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), ())


@pytest.mark.parametrize("address", PRIVATE)
def test_an_internal_address_may_not_be_called(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address), ())


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.1", "10.0.0.0/8"),
        ("::ffff:10.0.0.1", "10.0.0.0/8"),
        ("64:ff9b::a00:1", "10.0.0.0/8"),
        ("fd00::1", "fd00::/8"),
        ("::1", "::1/128"),
    ],
)
def test_a_listed_network_may_be_called(address: str, network: str) -> None:
    assert is_allowed(ipaddress.ip_address(address), [ipaddress.ip_network(network)])


@pytest.mark.parametrize("address", ["10.0.1.0", "127.0.0.1", "::1", "::ffff:10.0.1.0"])
def test_a_listed_network_allows_nothing_else(address: str) -> None:
    assert not is_allowed(ipaddress.ip_address(address), [ipaddress.ip_network("10.0.0.0/24")])


def _connect(host: str, port: int, *networks: str) -> httpcore.AsyncNetworkStream:
    async def connect() -> httpcore.AsyncNetworkStream:
        backend = GuardedBackend([ipaddress.ip_network(one) for one in networks])
        stream = await backend.connect_tcp(host, port)
        await stream.aclose()
        return stream

    return asyncio.run(connect())


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    async def getaddrinfo(_self: object, _host: str, port: int, **_: Any) -> list[Any]:
        return [(0, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", getaddrinfo)


def test_a_name_is_as_good_as_what_it_leads_to(monkeypatch: pytest.MonkeyPatch) -> None:
    _resolve_to(monkeypatch, "10.0.0.1", "fd00::1")
    with pytest.raises(AddressRefused, match=r"loyalty\.example leads to 10\.0\.0\.1, fd00::1"):
        _connect("loyalty.example", 80)


def test_another_address_of_a_name_is_tried_when_one_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        _resolve_to(monkeypatch, "127.0.0.2", "127.0.0.1")
        assert _connect("loyalty.example", port, "127.0.0.0/8") is not None


def test_a_refused_address_is_passed_over_for_one_that_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        _resolve_to(monkeypatch, "10.0.0.1", "127.0.0.1")
        assert _connect("loyalty.example", server.getsockname()[1], "127.0.0.0/8") is not None


def test_a_name_without_address_can_be_tried_again() -> None:
    with pytest.raises(httpcore.ConnectError, match="has no address") as caught:
        _connect("loyalty.invalid", 80)
    assert not isinstance(caught.value, AddressRefused)


def test_a_unix_socket_is_never_called() -> None:
    with pytest.raises(AddressRefused):
        asyncio.run(GuardedBackend().connect_unix_socket("/run/any.sock"))

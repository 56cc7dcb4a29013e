"""Which roles hold the folder, without taking their locks, and whether the ports are theirs or free."""

import errno
import fcntl
import os
import socket
from collections.abc import Sequence
from pathlib import Path

import httpx

from hooklog.commands.client import make_client, why_unanswered
from hooklog.commands.health.base import Finding, fail, ok, warn

__all__ = ["holder_of", "judge_ports", "listeners_of", "role_findings"]

_ANSWER_SECONDS_MAX = 5.0
_LISTENING = "0A"
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def holder_of(folder: Path, role: str) -> int | None:
    """The process that holds a role's lock; None where nobody does, 0 where it did not say who it is."""
    try:
        descriptor = os.open(folder / f"{role}.lock", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        # Shared and given back at once: a role that is just starting tries again, so this is in nobody's way.
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        text = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
        return int(text) if text.isdigit() else 0
    finally:
        os.close(descriptor)
    return None


def role_findings(folder: Path, host: str, ports: Sequence[int]) -> list[Finding]:
    """Whether a server runs on the folder, is whole, answers, and has its ports."""
    server, worker, edge = (holder_of(folder, role) for role in ("server", "worker", "edge"))
    findings = [_running(server, worker, edge)]
    ours = listeners_of(server) if server else frozenset()
    findings += [judge_ports(host, port, _is_taken(host, port), server, ours) for port in ports]
    if server and ports and ports[0] in ours:
        findings.append(_answers(host, ports[0]))
    return findings


def _running(server: int | None, worker: int | None, edge: int | None) -> Finding:
    if server is None and worker is None and edge is None:
        return ok("server", "none runs on this folder")
    missing = [name for name, holder in (("worker", worker), ("edge", edge)) if holder is None]
    if missing:
        present = "the server runs" if server is not None else "a role runs alone"
        return warn(
            "server",
            f"{present} without {' and '.join(missing)}",
            "its diagnostics say why; it may be starting",
        )
    return ok("server", f"runs as process {server or edge}")


def listeners_of(process: int) -> frozenset[int]:
    """The TCP ports that a process listens on; empty where this platform does not tell."""
    try:
        paths = list(Path(f"/proc/{process}/fd").iterdir())
    except OSError:
        return frozenset()
    links = [_target(path) for path in paths]
    sockets = {link[8:-1] for link in links if link.startswith("socket:[")}
    found = set()
    for table in _TABLES:
        try:
            lines = table.read_text(encoding="ascii").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and fields[9] in sockets:
                found.add(int(fields[1].rpartition(":")[2], 16))
    return frozenset(found)


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # closed since it was listed


def _is_taken(host: str, port: int) -> str:
    """Why the address cannot be listened on; "" when it can."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address[0], port))  # the number as given: the resolver cuts it to 16 bits
    except OverflowError as error:
        return str(error)  # no such port
    except OSError as error:
        return "taken" if error.errno == errno.EADDRINUSE else error.strerror or str(error)
    return ""


def judge_ports(host: str, port: int, why_not: str, server: int | None, ours: frozenset[int]) -> Finding:
    """One port.

    Args:
        host: the address to listen on.
        port: of it.
        why_not: why it cannot be listened on, "" when it can.
        server: the process that serves this folder, None when none does.
        ours: the ports that it listens on.
    """
    name = f"port {port}"
    if not why_not:
        return ok(name, "free")
    if port in ours:
        return ok(name, f"held by this folder's server (process {server})")
    if why_not != "taken":
        return fail(name, f"{host} cannot be listened on: {why_not}", "choose another --host or --port")
    if server is not None:
        return warn(
            name, "taken by another program", "this folder's server listens elsewhere: name its --port"
        )
    return fail(
        name, "taken by another program", "stop that program, or choose another --port (and --ingest-port)"
    )


def _answers(host: str, port: int) -> Finding:
    shown = f"[{host}]" if ":" in host else host
    url = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::', ''} else shown}:{port}"  # noqa: S104 - compared, not bound
    try:
        with make_client(url) as client:
            answer = client.get(f"{url}/health/ready", timeout=_ANSWER_SECONDS_MAX)
    except httpx.TransportError as error:
        return fail("readiness", f"{url} does not answer: {why_unanswered(error)}", "its diagnostics say why")
    if answer.status_code != 200:
        return warn(
            "readiness", f"{url} is not ready: {answer.text[:200]}", "pushes are answered 503 meanwhile"
        )
    return ok("readiness", f"{url} takes pushes")

"""nginx that answers every request with the same few bytes: Debian's own, unpacked beside the folders.

It is installed nowhere: nothing but the programs that this starts ever runs it. Where there is none, and it cannot be
had from the system's package manager, the reason is told.
"""

import http.client
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from hooklog.testing.program import free_port, wait_until

__all__ = ["Constant", "constant_server"]

PACKAGES = ("nginx",)
DOWNLOAD_SECONDS_MAX = 120.0
ANSWER = '{"status":{"code":1100,"message":"Event is pushed to transformation state"},"requestId":"%s"}' % (
    "0" * 36
)
CONFIGURATION = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; default_type application/json;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; location / {{ return 200 '{answer}'; }} }}
}}
"""


class Constant(msgspec.Struct, frozen=True):
    """Where it answers, or why there is none."""

    url: str = ""
    why_not: str = ""


@contextmanager
def constant_server(folder: Path) -> Iterator[Constant]:
    """Start it and end it. Args: `folder`: kept, so that it is fetched once."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        program = _find(folder)
    except (OSError, subprocess.SubprocessError) as error:
        yield Constant(why_not=f"there is no nginx and none can be fetched ({type(error).__name__})")
        return
    port = free_port()
    path = folder / "nginx.conf"
    path.write_text(CONFIGURATION.format(folder=folder, port=port, answer=ANSWER), encoding="utf-8")
    process = subprocess.Popen(
        [program, "-p", str(folder), "-c", str(path), "-e", str(folder / "error.log")],
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until("nginx answers", lambda: _answers(process, port))
        yield Constant(url=f"http://127.0.0.1:{port}/")
    finally:
        process.terminate()
        process.wait(10)


def _find(folder: Path) -> str:
    """The program's path; fetched where there is none. Raises what subprocess does."""
    installed = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    unpacked = folder / "usr/sbin/nginx"
    if installed is None and not unpacked.is_file():
        for package in PACKAGES:
            _run(folder, "apt-get", "download", package)
        for file in folder.glob("*.deb"):
            _run(folder, "dpkg-deb", "-x", str(file), str(folder))
    return installed or str(unpacked)


def _run(folder: Path, *command: str) -> None:
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=DOWNLOAD_SECONDS_MAX)


def _answers(process: subprocess.Popen[bytes], port: int) -> bool:
    assert process.poll() is None, "nginx has ended"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5.0)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()

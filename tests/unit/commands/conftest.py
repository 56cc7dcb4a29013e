"""What the tests of the commands share: a server that answers as a test says, and the program in this process."""

import threading
from collections.abc import Callable, Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from typer.testing import CliRunner, Result

from hooklog.cli import build_app

Answer = tuple[int, Mapping[str, str], bytes]
Answerer = Callable[[str, Mapping[str, str], bytes], Answer]


@pytest.fixture
def serve() -> Iterator[Callable[[Answerer], str]]:
    """Start a server whose every answer is what a function says of path with query, headers and body."""
    servers: list[tuple[ThreadingHTTPServer, threading.Thread]] = []

    def start(answerer: Answerer) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                headers = {name.lower(): value for name, value in self.headers.items()}
                status, added, content = answerer(self.path, headers, body)
                self.send_response(status)
                for name, value in {"content-length": str(len(content)), **added}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_arguments: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = False  # joined at the end, so that no connection is left open
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_address[1]}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def hooklog(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command in this process, in a terminal of 80 columns without colours; nothing of the environment counts."""
    for name in ("URL", "API_KEY", "TILL", "PASSWORD", "CLIENT_KEY", "CLIENT_SECRET"):
        monkeypatch.delenv(f"HOOKLOG_{name}", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")

    def run(
        *arguments: str, input_bytes: bytes | None = None, env: Mapping[str, str] | None = None
    ) -> Result:
        return CliRunner().invoke(build_app(), list(arguments), input=input_bytes, env=env)

    return run

"""Every way a command can fail is said in words, with what to do, and never as a traceback."""

import socket
from collections.abc import Iterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from hooklog.db.sqlite import open_database
from hooklog.testing.content import TILL_PASSWORD, Content
from hooklog.testing.program import Program, free_port, running

ORG, WEBHOOK = 1001, "aa" * 16
READER, WRITER = "hk_reader", "hk_writer"
UNKNOWN_ID = "019fb0d5-7ed6-7dcc-8000-5bbb0c4a1d05"

# What the machine's own environment says of servers must not count here.
NOTHING = {f"HOOKLOG_{name}": "" for name in ("API_KEY", "TILL", "PASSWORD", "CLIENT_KEY", "CLIENT_SECRET")}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    content = Content()
    content.webhook(content.org(ORG), WEBHOOK, content.till(ORG, "till01"))
    content.api_key(ORG, READER, "events:read")
    content.api_key(ORG, WRITER, "events:write")
    with running(tmp_path_factory.mktemp("command_errors") / "data", content.file, NOTHING) as program:
        yield program


def _is_told(done: CompletedProcess[str], code: str, what: str, hint: str) -> None:
    assert 1 == done.returncode
    assert "" == done.stdout
    assert "Traceback" not in done.stderr
    said, _, to_do = done.stderr.partition("\nwhat to do: ")
    assert said.startswith(f"error {code}: ")
    assert what in said
    assert hint in to_do


def test_reading_says_what_keeps_it_from_the_server(program: Program) -> None:
    def ask(*options: str) -> CompletedProcess[str]:
        return program.run("logs", *options, input_text="")

    nobody = f"http://127.0.0.1:{free_port()}"
    _is_told(ask("--url", nobody), "REMOTE_ERROR", "connection refused", "hooklog serve")
    here = ("--url", program.url)
    _is_told(ask(*here), "REMOTE_ERROR", "wants to know who asks", "--api-key")
    _is_told(ask(*here, "--api-key", "hk_wrong"), "REMOTE_ERROR", "does not accept API key", "spelling")
    wrong = ("--till", "till01", "--password", "wrong")
    _is_told(ask(*here, *wrong), "REMOTE_ERROR", "does not accept till till01", "not as its MD5")
    unknown = ("--client-key", "a", "--client-secret", "b")
    _is_told(ask(*here, *unknown), "REMOTE_ERROR", "does not know the client a", "--client-secret")
    _is_told(ask(*here, "--api-key", WRITER), "REMOTE_ERROR", "does not allow this", "events:read")
    signed = ("--api-key", READER)
    _is_told(
        ask("--url", program.ingest_url, *signed), "REMOTE_ERROR", "does not answer like", "webhooks only"
    )
    _is_told(ask("--url", "localhost:8080"), "SETTINGS_INVALID", "is no URL", "http://")
    _is_told(
        ask(*here, "--till", "till01"), "SETTINGS_INVALID", "without --password", "--till with --password"
    )


def test_an_unknown_event_is_told(program: Program) -> None:
    done = program.run("explain", UNKNOWN_ID, "--url", program.url, "--api-key", READER, input_text="")
    _is_told(done, "REMOTE_ERROR", f"has no event {UNKNOWN_ID}", "another org")


def test_a_bad_filter_is_told_in_the_words_of_the_api(program: Program) -> None:
    done = program.run("logs", "--limit", "1001", "--url", program.url, "--api-key", READER, input_text="")
    assert 1 == done.returncode
    assert "limit '1001' is not allowed; it must be a whole number from 1 to 1000" in done.stderr


def test_sending_says_what_keeps_it_from_the_webhook(program: Program, tmp_path: Path) -> None:
    def send(url: str, *options: str) -> CompletedProcess[str]:
        return program.run("send", "--webhook", url, *options, input_text="{}\n{}\n")

    _is_told(send(f"http://127.0.0.1:{free_port()}/x"), "REMOTE_ERROR", "nothing was sent", "check the URL")
    _is_told(
        send(f"{program.ingest_url}/webhooks/{'0' * 32}"), "REMOTE_ERROR", "Incorrect resource", "/webhooks/"
    )
    _is_told(send(f"{program.url}/health/live"), "REMOTE_ERROR", "takes no event", "/webhooks/<id>")
    missing = program.run("send", str(tmp_path / "none"), "--webhook", "http://127.0.0.1:1/x", input_text="")
    _is_told(missing, "LOAD_INVALID", "cannot be read", "spelt")


def test_a_second_server_on_the_folder_is_told(program: Program) -> None:
    ports = ("--port", str(free_port()), "--ingest-port", str(free_port()))
    done = program.run("serve", "--data", str(program.folder), *ports, input_text="")
    _is_told(done, "FOLDER_IN_USE", f"(process {program.pid}) holds the data folder", "stop that process")


def test_loading_beside_a_server_is_told(program: Program) -> None:
    file = program.folder.parent / "empty.json"
    file.write_text("{}", encoding="utf-8")
    done = program.run("load", str(file), "--data", str(program.folder), input_text="")
    _is_told(done, "FOLDER_IN_USE", "holds the data folder", "stop that process")


def test_a_taken_port_is_told(program: Program, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = program.run("serve", "--data", str(tmp_path / "data"), "--port", port, input_text="")
    _is_told(done, "PORT_TAKEN", f"cannot listen on 127.0.0.1:{port}", "--port")


@pytest.mark.parametrize("command", [["serve"], ["load", "file"], ["key", "create", "--org", "1"]])
def test_a_folder_that_cannot_be_written_is_told(
    program: Program, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "file").touch()
    folder = tmp_path / "file" / "data"
    _is_told(
        program.run(*command, "--data", str(folder), input_text=""),
        "FOLDER_NOT_WRITABLE",
        str(folder),
        "--data",
    )


@pytest.mark.parametrize("command", [["serve"], ["key", "create", "--org", "1"]])
def test_a_folder_of_a_newer_version_is_told(program: Program, tmp_path: Path, command: list[str]) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    newer = open_database(folder / "catalog.db")
    newer.pragma("user_version", 999)
    newer.close()
    done = program.run(*command, "--data", str(folder), input_text="")
    _is_told(done, "FOLDER_TOO_NEW", "has schema 999", "newer hooklog")


@pytest.mark.parametrize("option", [["--port", "65536"], ["--port", "65535"], ["--ingest-port", "99999"]])
def test_a_number_that_is_no_port_is_told(program: Program, tmp_path: Path, option: list[str]) -> None:
    """65535 is one, but the webhooks take the next."""
    done = program.run(
        "serve", "--data", str(tmp_path / "data"), "--port", str(free_port()), *option, input_text=""
    )
    _is_told(done, "PORT_TAKEN", "port must be 0-65535", "--ingest-port")


def test_a_lock_that_cannot_be_opened_is_told(program: Program, tmp_path: Path) -> None:
    """As after a first start by another user."""
    (tmp_path / "data" / "server.lock").mkdir(parents=True)
    done = program.run("serve", "--data", str(tmp_path / "data"), input_text="")
    _is_told(done, "FOLDER_NOT_WRITABLE", "server.lock cannot be opened", "belong to this user")


def test_no_secret_is_repeated(program: Program) -> None:
    options = ("--till", "till01", "--password", f"{TILL_PASSWORD}-wrong")
    done = program.run("logs", "--url", program.url, *options, input_text="")
    assert 1 == done.returncode
    assert TILL_PASSWORD not in done.stderr

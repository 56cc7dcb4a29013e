"""The installation's keys: private, durable, whole, and the same for all who start at once."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc.jwk import ECKey, RSAKey

from hooklog.access.keys import (
    INSTALLATION_KEY_BYTES,
    INSTALLATION_KEY_FILE,
    KEYS_FOLDER,
    TOKEN_KEY_FILE,
    load_or_make_keys,
)
from hooklog.errors import FolderError, FolderNotWritable


def thumbprints(folder: Path) -> tuple[str, bytes]:
    keys = load_or_make_keys(folder)
    return keys.token.thumbprint(), keys.installation


def test_keys_are_made_once_and_kept(tmp_path: Path) -> None:
    first = thumbprints(tmp_path)
    assert first == thumbprints(tmp_path)
    assert INSTALLATION_KEY_BYTES == len(first[1])


def test_two_installations_have_nothing_in_common(tmp_path: Path) -> None:
    one, other = thumbprints(tmp_path / "one"), thumbprints(tmp_path / "other")
    assert one[0] != other[0]
    assert one[1] != other[1]


def test_the_folder_and_its_files_are_private_and_hold_nothing_else_of_use(tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        load_or_make_keys(tmp_path)
    finally:
        os.umask(previous)
    folder = tmp_path / KEYS_FOLDER
    assert 0o700 == stat.S_IMODE(folder.stat().st_mode)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert {TOKEN_KEY_FILE, INSTALLATION_KEY_FILE, "keys.lock"} == set(modes)
    assert {0o600} == set(modes.values())


@pytest.mark.parametrize("lost", [TOKEN_KEY_FILE, INSTALLATION_KEY_FILE])
def test_a_lost_file_is_made_anew_and_the_other_kept(tmp_path: Path, lost: str) -> None:
    before = thumbprints(tmp_path)
    (tmp_path / KEYS_FOLDER / lost).unlink()
    after = thumbprints(tmp_path)
    kept = 1 if lost == TOKEN_KEY_FILE else 0
    assert before[kept] == after[kept]
    assert before[1 - kept] != after[1 - kept]


def test_an_unfinished_file_of_one_that_died_is_not_a_key(tmp_path: Path) -> None:
    folder = tmp_path / KEYS_FOLDER
    folder.mkdir()
    (folder / "installation.new").write_bytes(b"half of a ke")
    assert INSTALLATION_KEY_BYTES == len(thumbprints(tmp_path)[1])
    assert not (folder / "installation.new").exists()


@pytest.mark.parametrize("size", [0, INSTALLATION_KEY_BYTES - 1, INSTALLATION_KEY_BYTES + 1])
def test_an_installation_key_of_another_size_is_refused(tmp_path: Path, size: int) -> None:
    load_or_make_keys(tmp_path)
    (tmp_path / KEYS_FOLDER / INSTALLATION_KEY_FILE).write_bytes(bytes(size))
    with pytest.raises(FolderError, match="is not 32 bytes"):
        load_or_make_keys(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not a key",
        RSAKey.generate_key(2048).as_pem(private=False),
        ECKey.generate_key("P-256").as_pem(private=True),
        RSAKey.generate_key(2048).as_pem(private=True, password="secret"),
    ],
    ids=["empty", "garbage", "public", "elliptic", "encrypted"],
)
def test_a_token_key_that_is_no_rsa_private_key_is_refused(tmp_path: Path, content: bytes) -> None:
    load_or_make_keys(tmp_path)
    (tmp_path / KEYS_FOLDER / TOKEN_KEY_FILE).write_bytes(content)
    with pytest.raises(FolderError, match="is not an RSA private key"):
        load_or_make_keys(tmp_path)


def test_a_folder_that_cannot_be_made_is_an_error_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / KEYS_FOLDER).write_text("in the way")
    with pytest.raises(FolderNotWritable):
        load_or_make_keys(tmp_path)


@pytest.mark.parametrize("name", [TOKEN_KEY_FILE, INSTALLATION_KEY_FILE])
def test_a_key_that_cannot_be_read_is_an_error_of_the_folder(tmp_path: Path, name: str) -> None:
    load_or_make_keys(tmp_path)
    (tmp_path / KEYS_FOLDER / name).unlink()
    (tmp_path / KEYS_FOLDER / name).mkdir()
    with pytest.raises(FolderNotWritable, match="cannot be used: Is a directory"):
        load_or_make_keys(tmp_path)


def test_a_key_never_shows_in_a_repr(tmp_path: Path) -> None:
    keys = load_or_make_keys(tmp_path)
    assert "Keys(...)" == repr(keys)


def test_processes_that_start_at_once_have_the_same_keys(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from hooklog.access.keys import load_or_make_keys;"
        "sys.stdin.read(1); keys = load_or_make_keys(Path(sys.argv[1]));"
        "print(keys.token.thumbprint(), keys.installation.hex())"
    )
    started = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(4)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.write(b"g")
        process.stdin.flush()
    said = {process.communicate(timeout=60)[0] for process in started}
    assert [0] * 4 == [process.returncode for process in started]
    token, installation = thumbprints(tmp_path)
    assert {f"{token} {installation.hex()}\n".encode()} == said

"""The installation's own keys, in `<data>/keys/`: made at the first start, never changed or sent anywhere.

`token-k1.pem` signs access tokens (RS256), `installation.key` signs cursors. The folder is 0700, the files
0600. A file has either all its bytes or is not there: it is written under another name, synced, renamed, and
the folder synced before anything made with the key leaves the process. Processes that start at once end up
with the same keys.
"""

import os
import secrets
from collections.abc import Callable
from pathlib import Path

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from hooklog.errors import FolderError, FolderNotWritable
from hooklog.files import RoleLock, prepare_folder, sync_folder

__all__ = [
    "INSTALLATION_KEY_BYTES",
    "INSTALLATION_KEY_FILE",
    "KEYS_FOLDER",
    "TOKEN_KEY_FILE",
    "Keys",
    "load_or_make_keys",
]

KEYS_FOLDER = "keys"
TOKEN_KEY_FILE = "token-k1.pem"  # noqa: S105 - a file name
INSTALLATION_KEY_FILE = "installation.key"
INSTALLATION_KEY_BYTES = 32

_TOKEN_KEY_BITS = 2048
_PRIVATE_FILE = 0o600


class Keys(msgspec.Struct, frozen=True):
    """`token` is an RSA private key, `installation` 32 bytes."""

    token: RSAKey
    installation: bytes

    def __repr__(self) -> str:
        """Says nothing of the keys: a repr ends up in diagnostics."""
        return "Keys(...)"


def load_or_make_keys(folder: Path) -> Keys:
    """The keys of an installation, made durably if they are missing. May be repeated. Blocks.

    Args:
        folder: the data folder; the keys lie in its `keys`, which is made if missing.

    Raises:
        FolderNotWritable: a file cannot be made or read.
        FolderInUse: another process has been making keys for 5 seconds.
        FolderError: a file is there but is not such a key.
    """
    keys_folder = folder / KEYS_FOLDER
    token_path, installation_path = keys_folder / TOKEN_KEY_FILE, keys_folder / INSTALLATION_KEY_FILE
    try:
        if not (token_path.exists() and installation_path.exists()):
            _make_missing(keys_folder, {token_path: _new_token_key, installation_path: _new_installation_key})
        # Also where nothing was made: whoever did may have died, or be, between its rename and its sync.
        sync_folder(keys_folder)
        return Keys(token=_read_token_key(token_path), installation=_read_installation_key(installation_path))
    except OSError as error:
        raise FolderNotWritable(
            f"the keys in {keys_folder} cannot be used: {error.strerror}",
            "check that the folder belongs to this user",
        ) from error


def _make_missing(folder: Path, makers: dict[Path, Callable[[], bytes]]) -> None:
    prepare_folder(folder)
    lock = RoleLock(folder, "keys")
    try:
        for path, make in makers.items():
            # Looked at again under the lock: another process may have made it meanwhile.
            if not path.exists():
                _write_durably(path, make())
    finally:
        lock.release()


def _write_durably(path: Path, content: bytes) -> None:
    # The unfinished file of a predecessor that died is written over: only the holder of the lock comes here.
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _PRIVATE_FILE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    sync_folder(path.parent)


def _new_token_key() -> bytes:
    return RSAKey.generate_key(_TOKEN_KEY_BITS, private=True).as_pem(private=True)


def _new_installation_key() -> bytes:
    return secrets.token_bytes(INSTALLATION_KEY_BYTES)


def _read_token_key(path: Path) -> RSAKey:
    try:
        key = RSAKey.import_key(path.read_bytes())
    except (JoseError, ValueError, TypeError) as error:
        raise _broken(path, "an RSA private key in PEM") from error
    if not key.is_private:
        raise _broken(path, "an RSA private key in PEM")
    return key


def _read_installation_key(path: Path) -> bytes:
    content = path.read_bytes()
    if len(content) != INSTALLATION_KEY_BYTES:
        raise _broken(path, f"{INSTALLATION_KEY_BYTES} bytes")
    return content


def _broken(path: Path, expected: str) -> FolderError:
    return FolderError(
        f"{path} is not {expected}",
        "restore it from a backup, or remove it: a new one is made, and what the old one signed is refused",
    )

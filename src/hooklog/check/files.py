"""What the data folder holds: private to its owner, and complete with its keys."""

import stat
from pathlib import Path

from hooklog.access.keys import INSTALLATION_KEY_FILE, KEYS_FOLDER, TOKEN_KEY_FILE, load_or_make_keys
from hooklog.check.findings import Check
from hooklog.errors import HooklogError

__all__ = ["check_keys", "check_modes"]

_FOLDER_MODE = 0o700
_FILE_MODE = 0o600


def check_modes(folder: Path) -> Check:
    """Folders are 0700 and files 0600: what is in them are other people's customers."""
    check = Check(".", "modes")
    for path in sorted([folder, *folder.rglob("*")]):
        try:
            status = path.lstat()
        except FileNotFoundError:
            continue  # A running server makes and removes files.
        check.look()
        name = path.relative_to(folder)
        mode, expected = stat.S_IMODE(status.st_mode), _FILE_MODE
        if stat.S_ISDIR(status.st_mode):
            expected = _FOLDER_MODE
        elif not stat.S_ISREG(status.st_mode):
            check.wrong(f"{name} is neither a file nor a folder; move it out of the data folder")
            continue
        check.expect(
            mode == expected, f"{name} has mode {mode:04o}; {expected:04o} is right: chmod {expected:o}"
        )
    return check


def check_keys(folder: Path) -> Check:
    """The keys that sign tokens and cursors are there and can be read."""
    check = Check(KEYS_FOLDER, "keys")
    missing = [
        name
        for name in (TOKEN_KEY_FILE, INSTALLATION_KEY_FILE)
        if not (folder / KEYS_FOLDER / name).is_file()
    ]
    check.look(2)
    for name in missing:
        check.wrong(
            f"{name} is missing; restore it, or the next start makes one and refuses what the old one signed"
        )
    if not missing:
        try:
            load_or_make_keys(folder)
        except HooklogError as error:
            check.wrong(f"{error}; {error.hint}")
    return check

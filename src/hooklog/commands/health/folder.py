"""Whether the data folder is ours, private and writable. Nothing is made, not even the folder."""

import os
import stat
from itertools import islice
from pathlib import Path

from hooklog.commands.health.base import Finding, fail, ok, warn

__all__ = ["folder_findings", "judge_mode"]

_FILES_LOOKED_AT_MAX = 1_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def folder_findings(folder: Path) -> list[Finding]:
    """What its names, modes and owners say."""
    try:
        described = folder.stat()
    except (FileNotFoundError, NotADirectoryError):
        return [_missing(folder)]
    except OSError as error:
        return [fail("folder", f"{folder}: {error.strerror}", "give this user the right to look there")]
    if not stat.S_ISDIR(described.st_mode):
        return [fail("folder", f"{folder} is not a folder", "choose another path with --data")]
    findings = [
        _writable(folder),
        judge_mode(folder, stat.S_IMODE(described.st_mode)),
        _owner(described),
    ]
    return [*findings, *_files(folder)]


def _missing(folder: Path) -> Finding:
    parent = next(path for path in folder.absolute().parents if path.exists())
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        return fail(
            "folder",
            f"{folder} is not there and cannot be made in {parent}",
            "choose another path with --data",
        )
    return warn("folder", f"{folder} is not there yet", "`hooklog load` or `hooklog serve` makes it")


def _writable(folder: Path) -> Finding:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return fail(
            "folder", f"{folder} cannot be written by this user", "run as its owner, or choose another folder"
        )
    if os.statvfs(folder).f_flag & os.ST_RDONLY:
        return fail("folder", f"{folder} is on a read-only file system", "mount it writable")
    return ok("folder", f"{folder} can be written")


def judge_mode(path: Path, mode: int) -> Finding:
    """A data folder is for its owner alone: it holds personal data and keys."""
    if mode & _OTHERS:
        return warn("folder mode", f"{mode:04o}: others may look in", f"chmod 700 {path}")
    return ok("folder mode", f"{mode:04o}")


def _owner(described: os.stat_result) -> Finding:
    me = os.geteuid()
    if described.st_uid not in {me, 0} or (described.st_uid == 0 and me != 0):
        found = f"user {described.st_uid}, this is user {me}"
        return warn(
            "folder owner", found, "run hooklog as the owner: a server of another user cannot use its files"
        )
    if described.st_uid != me:
        return ok("folder owner", f"user {described.st_uid}, this is user {me}")
    return ok("folder owner", f"user {me}")


def _files(folder: Path) -> list[Finding]:
    """Files that are not the folder's owner's: the sign of a command once run as somebody else."""
    try:
        owner = folder.stat().st_uid
        files = list(islice(folder.rglob("*"), _FILES_LOOKED_AT_MAX))
        foreign = [path for path in files if path.lstat().st_uid != owner]
        open_to_others = [path for path in files if path.is_file() and path.lstat().st_mode & _OTHERS]
    except OSError as error:
        return [warn("files", f"cannot be looked at: {error.strerror}", "run as the folder's owner")]
    findings = []
    if foreign:
        found = f"{len(foreign)} belong to another user than the folder, such as {foreign[0].name}"
        findings.append(fail("files", found, f"chown -R {owner} {folder}"))
    if open_to_others:
        found = f"{len(open_to_others)} may be read by others, such as {open_to_others[0].name}"
        findings.append(warn("files", found, f"chmod -R go= {folder}"))
    return findings or [ok("files", f"{len(files):,}, all private and of one owner")]

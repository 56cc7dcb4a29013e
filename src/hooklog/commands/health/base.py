"""One thing that the doctor looked at and what it thinks of it."""

import enum

import msgspec

__all__ = ["Finding", "Level", "fail", "ok", "warn"]


class Level(enum.StrEnum):
    """OK is as it should be; WARN works, but somebody should look; FAIL will not work, or loses data."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Finding(msgspec.Struct, frozen=True):
    """`name` is what was looked at, `found` what is there, `hint` what to do about it ("" where nothing is)."""

    name: str
    level: Level
    found: str
    hint: str = ""


def ok(name: str, found: str) -> Finding:
    """As it should be."""
    return Finding(name, Level.OK, found)


def warn(name: str, found: str, hint: str) -> Finding:
    """It works, but somebody should look."""
    return Finding(name, Level.WARN, found, hint)


def fail(name: str, found: str, hint: str) -> Finding:
    """It does not work, or does not keep its promise."""
    return Finding(name, Level.FAIL, found, hint)

"""Which names look like another: the same but for case and punctuation, or a few letters off."""

import difflib
from collections.abc import Iterable

__all__ = ["alike"]

# Comparing takes some microseconds a name.
_NAMES_MAX = 2_000
_RATIO_MIN = 0.75


def alike(name: str, known: Iterable[str], limit: int = 3) -> list[str]:
    """The known names that look like one, the most alike first; never the name itself. Pure and bounded."""
    plain = _plain(name)
    others = [one for one in known if one != name][:_NAMES_MAX]
    if not plain:
        return []
    same = [one for one in others if _plain(one) == plain]
    by_plain: dict[str, list[str]] = {}
    for one in others:
        by_plain.setdefault(_plain(one), []).append(one)
    near = difflib.get_close_matches(plain, by_plain, limit, _RATIO_MIN)
    return list(dict.fromkeys([*same, *(one for text in near for one in by_plain[text])]))[:limit]


def _plain(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())

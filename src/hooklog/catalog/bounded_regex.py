"""Regular expressions that an org wrote, compiled and matched within bounds.

A definition's `regex` is text from outside. It must not be able to stop the pipeline: a pattern that does not
compile, would need too much memory or runs too long is a reason to refuse the value, never an exception.
"""

import re
from collections.abc import Callable
from typing import Final

import regex

__all__ = ["MATCH_SECONDS_MAX", "PATTERN_CHARS_MAX", "PATTERN_COPIES_MAX", "compile_bounded", "why_refused"]

PATTERN_CHARS_MAX: Final = 2_000
# The engine copies what stands before {n} n times when it compiles, at 270 bytes a copy and more for groups:
# ((a{1000}){1000}){1000} would take all memory there is. This many copies take a few megabytes.
PATTERN_COPIES_MAX: Final = 20_000
# The engine counts processor time, so a busy machine does not make a good value fail. A usual match takes
# microseconds; so little time also bounds the memory for going back, to about 20 MB.
MATCH_SECONDS_MAX: Final = 0.02


def compile_bounded(pattern: str) -> Callable[[str], str]:
    """A function that says what is wrong with a value: "" where the pattern matches the whole of it.

    A pattern that cannot be used makes a function that finds every value wrong, with the reason.
    """
    compiled = _compiled(pattern)
    if isinstance(compiled, str):
        reason = f"the definition's {compiled}"
        return lambda _value: reason

    def what_is_wrong(value: str) -> str:
        try:
            matched = compiled.fullmatch(value, timeout=MATCH_SECONDS_MAX)
        except TimeoutError:
            return f"the definition's regex took longer than {MATCH_SECONDS_MAX} s"
        return "" if matched else f"send a value that matches {pattern}"

    return what_is_wrong


def why_refused(pattern: str) -> str:
    """Why a definition must not have this pattern; "" where it may. Computes only, within bounds."""
    compiled = _compiled(pattern)
    return compiled if isinstance(compiled, str) else ""


def _compiled(pattern: str) -> regex.Pattern[str] | str:
    """The pattern made ready, or the reason why it cannot be used."""
    reason = _why_too_big(pattern)
    if reason:
        return reason
    try:
        return regex.compile(pattern)
    except (regex.error, ValueError, RecursionError) as error:  # ValueError: flags that contradict each other
        return f"regex cannot be used: {error}"


# Flags that contain x: white space and comments in a pattern could then hide a count from the estimate below.
_VERBOSE: Final = re.compile(r"\(\?[A-Za-z0-9-]*x")
# An escaped character is passed over, so that it is neither the end of a group nor the beginning of a count.
_COUNT: Final = re.compile(r"\\.|(\)?)\{([0-9]+)", re.DOTALL)


def _why_too_big(pattern: str) -> str:
    """The reason to refuse a pattern unseen, or "". Counts after a group may nest, so they multiply."""
    if len(pattern) > PATTERN_CHARS_MAX:
        return f"regex has {len(pattern)} characters, at most {PATTERN_CHARS_MAX} are allowed"
    if _VERBOSE.search(pattern):
        return "regex uses the flag x, which is not supported"
    of_groups, of_single = 1, len(pattern)
    for group_end, digits in _COUNT.findall(pattern):
        count = int(digits or 0)
        if group_end:
            of_groups *= max(count, 1)
        else:
            of_single += count
    if of_groups * of_single > PATTERN_COPIES_MAX:
        return f"regex repeats too much, its counts must stay below {PATTERN_COPIES_MAX} copies"
    return ""

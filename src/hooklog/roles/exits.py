"""What a role's exit status tells its supervisor."""

from hooklog.errors import Fenced, FolderInUse, HooklogError, JournalUnavailable

__all__ = ["EXIT_AGAIN", "EXIT_FATAL", "EXIT_JOURNAL_FAILED", "EXIT_OK", "exit_status_of"]

EXIT_OK = 0
EXIT_FATAL = 3  # starting again would end the same: an operator has to act
EXIT_AGAIN = 4  # start again
EXIT_JOURNAL_FAILED = 5  # start again, with a new journal file


def exit_status_of(error: HooklogError) -> int:
    """The status that fits an error which ends a role."""
    if isinstance(error, JournalUnavailable):
        return EXIT_JOURNAL_FAILED
    # Whoever holds a role that its supervisor has just started may be an orphan that is still ending.
    may_pass = error.retryable or isinstance(error, Fenced | FolderInUse)
    return EXIT_AGAIN if may_pass else EXIT_FATAL

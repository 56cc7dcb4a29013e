"""A gate at which a role waits, with all its libraries loaded, until its folder is ready.

Loading takes the edge a second, and the supervisor has a folder to prepare meanwhile: so it starts the edge first.
"""

import os

__all__ = ["Gate", "wait_at_gate"]


class Gate:
    """The supervisor's end. Opened once, or closed for good; either may be repeated."""

    def __init__(self) -> None:
        """A closed gate; `descriptor` is for the role that waits at it, until it `is_done`."""
        self.descriptor, self._write = os.pipe()
        self.is_done = False

    def open(self) -> None:
        """Let whoever waits go on."""
        if not self.is_done:
            os.write(self._write, b"\x01")
            self.close()

    def close(self) -> None:
        """Whoever still waits is to end."""
        if not self.is_done:
            self.is_done = True
            os.close(self._write)
            os.close(self.descriptor)


def wait_at_gate(descriptor: int) -> bool:
    """Wait until the gate is opened; False when it never will be, since whoever holds it is gone or gave up."""
    try:
        return bool(os.read(descriptor, 1))
    finally:
        os.close(descriptor)

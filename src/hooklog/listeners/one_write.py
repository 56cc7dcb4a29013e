"""The head of an answer and its body in one write: two cost a system call, and often a packet, more."""

import asyncio
from collections.abc import Callable
from typing import Any

__all__ = ["OneWrite"]


class OneWrite:
    """A transport, as one answer sees it. What is written first waits for what follows in the same turn of the loop."""

    __slots__ = ("_first", "_soon", "_transport")

    def __init__(self, transport: asyncio.Transport, soon: Callable[[Callable[[], None]], object]) -> None:
        """Args: `transport`: what is written to; `soon`: has something called in the loop's next turn."""
        self._transport = transport
        self._soon = soon
        self._first: bytes | None = b""

    def write(self, data: bytes) -> None:
        """Write; the first time, a little later."""
        if self._first is None:
            self._transport.write(data)
        elif self._first:
            first, self._first = self._first, None
            self._transport.write(first + data)
        else:
            self._first = data
            self._soon(self.flush)

    def is_closing(self) -> bool:
        """Whether nothing can be sent any more."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Close behind what was written."""
        self.flush()
        self._transport.close()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """See asyncio.BaseTransport."""
        return self._transport.get_extra_info(name, default)

    def flush(self) -> None:
        """Write what waits."""
        if self._first:
            first, self._first = self._first, None
            self._transport.write(first)

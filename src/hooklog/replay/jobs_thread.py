"""The store of jobs in a thread of its own: its syncs never hold up the loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from hooklog.replay.job_store import JobStore

__all__ = ["JobsThread"]

Result = TypeVar("Result")


class JobsThread:
    """One for a process."""

    def __init__(self, store: JobStore) -> None:
        """Args: `store`: belongs to the thread from now on."""
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="jobs")

    async def __call__(self, work: Callable[[JobStore], Result]) -> Result:
        """What the work returns, durable; one after the other. What was begun is done even when nobody waits."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._store)

    def close(self) -> None:
        """End the thread and close the store. Blocks until what was begun is done."""
        self._thread.shutdown()
        self._store.close()

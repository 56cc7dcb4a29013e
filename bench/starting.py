"""From the command to ready with ten million entries, and the memory of all processes, idle and under load."""

import http.client
import subprocess
import time

from bench.asking import LOGS
from bench.drive import Driver
from bench.durable_answers import CONNECTIONS
from bench.making import make_large
from bench.place import Place
from bench.row import Measured, alone
from bench.served import get, pids_of, push_options, served, wait_done, wait_settled, webhook_url
from bench.usage import memory_mb
from hooklog.testing.program import Program

POLL_SECONDS = 0.005
START_SECONDS_MAX = 60.0
IDLE_SECONDS = 1.0
SAMPLE_SECONDS = 0.25
LOAD_RATE = 10_000


class Timed(Program):
    """The program, timed from its command to its first "ready"."""

    ready_seconds = 0.0
    _begun = 0.0

    def start(self, *arguments: str) -> "Timed":
        """Start; see Program."""
        self._begun = time.perf_counter()
        super().start(*arguments)
        return self

    def wait_ready(self) -> None:
        """Ask every few milliseconds by the cheapest means."""
        while time.perf_counter() - self._begun < START_SECONDS_MAX:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5.0)
            try:
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    self.ready_seconds = time.perf_counter() - self._begun
                    break
            except OSError:
                time.sleep(POLL_SECONDS)
            finally:
                connection.close()
        super().wait_ready()


def measure(place: Place) -> Measured:
    """Each run starts and stops the program; the last one is put under load."""
    measured = Measured()
    folder = place.large(make_large)
    with served(folder) as program:  # What it had to do since it was made is none of a start's work.
        wait_done(program)
    for _ in range(place.scale.runs):
        program = Timed(folder)
        try:
            program.start()
            get(program, LOGS)
            time.sleep(IDLE_SECONDS)
            measured.runs.append(
                {
                    "ready_seconds": round(program.ready_seconds, 3),
                    "idle_mb": round(memory_mb(pids_of(program)), 1),
                    "loaded_mb": round(_under_load(program, place), 1),
                }
            )
        finally:
            program.close()
            program.output.unlink(missing_ok=True)
    return measured


def _under_load(program: Program, place: Place) -> float:
    """The most that was seen while events came and the log was read."""
    scale = place.scale
    pids = pids_of(program)
    with push_options(place) as options:
        load = Driver(
            webhook_url(program),
            *options,
            *("--connections", CONNECTIONS, "--rate", LOAD_RATE),
            *("--warm-up", scale.warm_up, "--seconds", scale.seconds),
        )
        most = 0.0
        while load.is_running:
            get(program, LOGS)
            most = max(most, memory_mb(pids))
            try:
                load.wait(SAMPLE_SECONDS)
            except subprocess.TimeoutExpired:
                continue
        load.figures()
    wait_settled(program)
    return most


if __name__ == "__main__":
    alone(measure, __doc__)

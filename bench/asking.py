"""Questions to the API over HTTP, by the load driver."""

from collections.abc import Sequence
from tempfile import NamedTemporaryFile

from bench.drive import KEY_HEADER, Figures, drive
from bench.place import Place
from bench.served import get
from hooklog.testing.program import Program

__all__ = ["LOGS", "ask", "why_not_answered"]

LOGS = "/v2/events/logs"
QUESTION_SECONDS = 1.5


def why_not_answered(program: Program, target: str, *, may_be_empty: bool = False) -> str:
    """Why a question has no answer to be timed, e.g. a filter that is not known yet; "" where it has one."""
    answer = get(program, target)
    if answer.status_code != 200:
        return f"answered {answer.status_code}"
    said = answer.json()
    if said["warnings"]:
        return str(said["warnings"][0]["message"])
    return "" if said["data"] or may_be_empty else "found nothing"


def ask(program: Program, place: Place, targets: Sequence[str], connections: int) -> Figures:
    """The driver's figures of questions asked in turn, each connection one at a time."""
    alone = connections == 1
    with NamedTemporaryFile("w", suffix=".targets") as file:
        file.write("\n".join(targets))
        file.flush()
        return drive(
            program.url,
            *("--method", "GET", "--targets", file.name, "--header", KEY_HEADER),
            *("--connections", connections, "--expect", '"warnings":[]'),
            seconds=min(QUESTION_SECONDS, place.scale.seconds) if alone else place.scale.seconds,
            warm_up=place.scale.warm_up / 4,
            pids=[program.role_pid("edge")],
        )

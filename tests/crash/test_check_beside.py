"""`hooklog check` beside a busy server: what moves while it looks is no damage."""

from collections.abc import Callable

from tests.crash.conftest import Campaign, seed_of

from hooklog.check.folder import check_folder
from hooklog.event import wall_clock_ms
from hooklog.eventlog.retention import RetentionSettings

LOOKS = 6


def test_folder_of_a_busy_server_is_found_sound(campaign: Callable[[int], Campaign]) -> None:
    running = campaign(seed_of(130))
    folder = running.program.folder
    with running.pushing() as pushers:
        for _ in range(LOOKS):
            running.wait_for(pushers, running.random.randrange(5, 200))
            report = check_folder(folder, RetentionSettings(), wall_clock_ms())
            assert [] == [one for one in report.findings if one.problems]
    running.verify()

"""When there is too much to take more: backlog, an org's share of it, low disk (contract I.6)."""

from pathlib import Path

from hooklog.ingest.backlog import Backlog
from hooklog.ingest.push import IngestSettings
from hooklog.testing.builders import make_events

ORG, OTHER_ORG = 100, 200


def test_a_disk_without_room_takes_no_push_and_one_with_room_does(tmp_path: Path) -> None:
    for settings, expected in (
        (IngestSettings(disk_free_bytes_min=1 << 62), "the disk is nearly full"),
        (IngestSettings(disk_free_bytes_min=0), None),
    ):
        backlog = Backlog(settings, tmp_path, {}, 0, 0)
        assert expected == backlog.refusal(ORG)
        backlog.look_at_disk()
        assert expected == backlog.refusal(ORG)


def test_pushes_are_refused_from_the_bound_on_and_taken_below_it(tmp_path: Path) -> None:
    settings = IngestSettings(backlog_events_max=10, backlog_org_share=1.0, disk_free_bytes_min=0)
    backlog = Backlog(settings, tmp_path, {}, 0, 0)
    backlog.added(9, make_events(1, 9))
    assert backlog.refusal(ORG) is None
    backlog.added(10, make_events(10, 10))
    assert "10 events are waiting to be worked on" == backlog.refusal(ORG)
    backlog.settled(9)
    assert backlog.refusal(ORG) is None


def test_an_org_has_its_share_and_leaves_room_for_others(tmp_path: Path) -> None:
    settings = IngestSettings(backlog_events_max=10, backlog_org_share=0.5, disk_free_bytes_min=0)
    backlog = Backlog(settings, tmp_path, {ORG: 4}, 4, 0)
    assert backlog.refusal(ORG) is None
    backlog.added(5, make_events(5, 5))
    assert backlog.refusal(ORG) is not None
    assert backlog.refusal(OTHER_ORG) is None


def test_what_waits_of_an_org_goes_down_as_groups_are_done(tmp_path: Path) -> None:
    backlog = Backlog(IngestSettings(), tmp_path, {ORG: 2}, 2, 0)
    backlog.added(5, [*make_events(3, 4, org_id=ORG), *make_events(5, 5, org_id=OTHER_ORG)])
    assert (4, 1) == (backlog.waiting(ORG), backlog.waiting(OTHER_ORG))
    backlog.settled(2)
    assert (2, 1) == (backlog.waiting(ORG), backlog.waiting(OTHER_ORG))
    backlog.settled(5)
    assert (0, 0) == (backlog.waiting(ORG), backlog.waiting(OTHER_ORG))

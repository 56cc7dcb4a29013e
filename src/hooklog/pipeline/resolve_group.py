"""Which group the event is about, and whether the customer belongs to it (contract I.5 (f))."""

from collections.abc import Sequence

from hooklog.catalog.base import Field
from hooklog.directory.base import Group
from hooklog.directory.identifier import canonical, canonical_type, is_malformed
from hooklog.directory.known import KnownDirectory, Space
from hooklog.event import Stage, Status
from hooklog.pipeline.stage import PASS, Outcome, Work, as_sent, passed, reject, shown

__all__ = ["ResolveGroup"]

_BY_EXTERNAL_ID = "groupexternalid"
_BY_ID = "groupid"


class ResolveGroup:
    """The customer comes first: a group without one is NO_CUSTOMER_DETAILS_PASSED."""

    stage = Stage.RESOLVE_GROUP

    def __init__(self, directory: KnownDirectory) -> None:
        """Args: `directory`: knows the groups and their members."""
        self._directory = directory

    def run(self, batch: Sequence[Work]) -> list[Outcome]:
        """See PipelineStage."""
        return [self._resolve(work) if work.plan.group_fields else PASS for work in batch]

    def _resolve(self, work: Work) -> Outcome:
        """Every group field with a value is judged; the first one is the event's group."""
        work.group_id = None
        for field in work.plan.group_fields:
            value = work.attributes.get(field.name)
            if value is None or value == "":
                continue
            found = self._group(work, field, as_sent(value))
            if isinstance(found, Outcome):
                return found
            if work.group_id is None:
                # The record keeps the resolved id under `groupId`, not the text under the field's name.
                work.stored.pop(field.name, None)
                work.group_id = found.id
            else:
                work.stored[field.name] = str(found.id)
        return PASS if work.group_id is None else passed({"groupId": work.group_id})

    def _group(self, work: Work, field: Field, sent: str) -> Group | Outcome:
        """The group that a value names, or the end of an event that may not name it."""
        if work.user_id is None:
            return reject(
                Status.NO_CUSTOMER_DETAILS_PASSED, "Customer details not passed", {"field": field.name}
            )
        groups = self._groups(work.org_id, field, sent)
        if not groups:
            return reject(
                Status.INVALID_GROUP_IDENTIFIER_PASSED,
                f"Invalid group identifier passed {shown(sent)}",
                {"field": field.name},
            )
        for group in groups:
            if work.user_id in group.members:
                return group
        return reject(
            Status.NO_CUSTOMER_DETAILS_PASSED,
            f"Customer details not passed ,User does not belong to group {shown(sent)}",
            {"field": field.name},
        )

    def _groups(self, org_id: int, field: Field, sent: str) -> list[Group]:
        """The groups a value names; by a primary member's identifier there can be several."""
        kind = field.text("groupIdentifierType", "groupExternalId")
        if kind.lower() == _BY_EXTERNAL_ID:
            found = self._directory.group_by_external_id(org_id, sent)
        elif kind.lower() == _BY_ID:
            is_id = sent.isascii() and sent.isdigit() and len(sent) <= 18
            found = self._directory.group(org_id, int(sent)) if is_id else None
        else:
            return self._groups_of_primary(org_id, field, canonical_type(kind), sent)
        return [] if found is None else [found]

    def _groups_of_primary(self, org_id: int, field: Field, kind: str, sent: str) -> list[Group]:
        if is_malformed(kind, sent):
            return []
        if kind == "userId":
            user_id = int(sent) if len(sent) <= 18 else None
        else:
            one = canonical(kind, sent, field.text("source", "INSTORE"), field.text("accountId"))
            space = Space(org_id, one.type, one.source, one.account_id)
            user_id = self._directory.find_customers(space, [one.value])[one.value]
        return [] if user_id is None else self._directory.groups_of(org_id, user_id)

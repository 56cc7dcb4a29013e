"""What becomes of a definition or webhook that is stored over an older one; the same rule for every backend."""

import msgspec

from hooklog.catalog.definition import Definition, PublishState, psi_names
from hooklog.catalog.webhook import Webhook

__all__ = ["merge_definition", "merge_webhook"]


def merge_definition(
    newest: Definition | None, given: Definition, *, keeps_verified: bool = True
) -> Definition:
    """What to store: the next version, or the newest one again where nothing that judges events differs.

    A disabled definition stays disabled (contract I.27), a standard event stays one. A new version is as verified
    as it is given; the newest one again keeps its mark unless told otherwise. What was ever sensitive is remembered.
    """
    if newest is None:
        return msgspec.structs.replace(given, version=1)
    is_judging_same = (newest.actions, newest.fields) == (given.actions, given.fields)
    kept = keeps_verified and is_judging_same and newest.is_verified
    is_disabled = newest.state == PublishState.DISABLED
    return msgspec.structs.replace(
        given,
        version=newest.version if is_judging_same else newest.version + 1,
        state=PublishState.DISABLED if is_disabled else given.state,
        is_verified=kept or given.is_verified,
        is_standard=newest.is_standard or given.is_standard,
        created_ms=newest.created_ms,
        former_psi=tuple(sorted(newest.ever_psi - psi_names(given.fields))),
    )


def merge_webhook(known: Webhook | None, given: Webhook) -> Webhook:
    """What to store: as given, but once off stays off and once unique stays unique (contract I.27, I.28)."""
    if known is None:
        return given
    return msgspec.structs.replace(
        given,
        is_disabled=known.is_disabled or given.is_disabled,
        uniqueness_check_enabled=known.uniqueness_check_enabled or given.uniqueness_check_enabled,
        created_ms=known.created_ms,
    )

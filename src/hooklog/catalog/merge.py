"""What becomes of a definition or webhook that is stored over an older one; the same rule for every backend."""

import msgspec

from hooklog.catalog.base import Definition, PublishState, Webhook

__all__ = ["merge_definition", "merge_webhook"]


def merge_definition(newest: Definition | None, given: Definition) -> Definition:
    """What to store: the next version, or the newest one again where nothing that judges events differs.

    A disabled definition stays disabled (contract I.27). A new version starts as verified as it is given.
    """
    if newest is None:
        return msgspec.structs.replace(given, version=1)
    if newest.state == PublishState.DISABLED:
        given = msgspec.structs.replace(given, state=PublishState.DISABLED)
    if (newest.actions, newest.fields) == (given.actions, given.fields):
        return msgspec.structs.replace(
            given, version=newest.version, is_verified=newest.is_verified or given.is_verified
        )
    return msgspec.structs.replace(given, version=newest.version + 1)


def merge_webhook(known: Webhook | None, given: Webhook) -> Webhook:
    """What to store: as given, but once off stays off and once unique stays unique (contract I.27, I.28)."""
    if known is None:
        return given
    return msgspec.structs.replace(
        given,
        is_disabled=known.is_disabled or given.is_disabled,
        uniqueness_check_enabled=known.uniqueness_check_enabled or given.uniqueness_check_enabled,
    )

"""A webhook: a URL that takes pushes for one org."""

import msgspec

__all__ = ["Webhook"]


class Webhook(msgspec.Struct, frozen=True):
    """A URL that takes pushes. `id` is 32 hex digits; `created_ms` is 0 where a file set it up."""

    org_id: int
    id: str
    transformer: str
    till_code: str
    auth_enabled: bool = False
    auth_mechanism: str = ""
    uniqueness_check_enabled: bool = False
    listen_to_child_events: bool = False
    is_disabled: bool = False
    created_ms: int = 0

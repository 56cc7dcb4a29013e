"""Bounds of the API."""

import msgspec

__all__ = ["ApiSettings"]


class ApiSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`public_url` is how clients reach the API; "" takes each request's own host for links.

    At most `tails_max` clients follow the log at once, and `exports_max` exports are made.
    """

    public_url: str = ""
    tails_max: int = 200
    exports_max: int = 4

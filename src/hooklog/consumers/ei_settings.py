"""The settings of the analytical export (contract I.15)."""

import msgspec

__all__ = ["EiSettings"]


class EiSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The records of events with EIConsumer are written to Parquet files under `ei` in the data folder every
    `flush_seconds`, or as soon as about `file_records_max` of them wait; no more are taken at a time. Where
    `is_enabled` is false nothing is written, and what the feed still holds is written when it is true again.
    """

    is_enabled: bool = True
    flush_seconds: float = 60.0
    file_records_max: int = 50_000

    def __post_init__(self) -> None:
        """Refuse settings that could not work.

        Raises:
            ValueError: names the setting.
        """
        if min(self.flush_seconds, self.file_records_max) <= 0:
            raise ValueError("flush_seconds and file_records_max must be above 0")

"""What the parts of the event log in SQLite share: how absent names and parked events lie in rows."""

import msgspec

from hooklog.eventlog.base import Parked

__all__ = ["NO_NAME", "decode_parked", "encode_parked"]

NO_NAME = 0

encode_parked = msgspec.msgpack.Encoder().encode
decode_parked = msgspec.msgpack.Decoder(Parked).decode

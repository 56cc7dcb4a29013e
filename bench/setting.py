"""What all measurements are about: one org with a million customers, its events of 153 bytes, two webhooks."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path

from hooklog.access.api_keys import api_key_of
from hooklog.access.scopes import Scope
from hooklog.catalog.base import EI_CONSUMER, EMF_CONSUMER, Definition, Field, PublishState, Webhook
from hooklog.directory.base import Enrolment, Org, Till
from hooklog.directory.identifier import canonical
from hooklog.server import Rooms, open_rooms, prepare
from hooklog.testing.setting import customer_field, field

ORG, TILL = 900_001, "bench01"
PLAIN, UNIQUE = "0" * 31 + "1", "0" * 31 + "2"
API_KEY = "hk_" + "bench" * 8
STORES = 50
FIRST_USER = 10_000_000
ENROLLED_AT_ONCE = 10_000
BODY_BYTES = 153
# Four events in five are about one customer in ten.
HOT_SHARE, HOT_CHANCE = 0.1, 0.8

COMMON, UNIQUE_NAME, RARE = "store_visit", "new_booking", "rare_refund"  # of one length, as bodies are
_BODY = (
    b'{"event_name":"%b","mobile":"%d","store":"Store %02d, Palace Street, Delhi","amount":%b,"channel":"app",'
    b'"reference":"V-%b"}'
)
AMOUNT, WRONG_AMOUNT = b"1234.50", b'"12.5x"'


def fill(folder: Path, customers: int, more: Callable[[Rooms], None] = lambda _: None) -> None:
    """Make a data folder with the org in it, and what `more` adds; one that is there already stays as it is."""
    prepare(folder)
    rooms = open_rooms(folder)
    if rooms.directory.org(ORG) is None:
        for first in range(0, customers, ENROLLED_AT_ONCE):
            some = range(first, min(first + ENROLLED_AT_ONCE, customers))
            rooms.directory.put_customers(
                ORG, [Enrolment(FIRST_USER + n, (canonical("mobile", str(mobile(n))),)) for n in some]
            )
        _define_all(rooms)
        more(rooms)
        rooms.access.put_api_key(api_key_of(ORG, "bench", API_KEY, frozenset({Scope.EVENTS_READ})))
        rooms.directory.put_till(Till(ORG, 77, TILL))
        rooms.directory.put_org(Org(ORG, "bench", time_zone="Asia/Kolkata"))
    rooms.close()


def _define_all(rooms: Rooms) -> None:
    reference = field("reference", "string")
    define(rooms, COMMON, (*attributes(), reference))
    define(rooms, RARE, (*attributes(), reference))
    define(rooms, UNIQUE_NAME, (*attributes(), field("reference", "string", isUniqueKeyField="true")))
    for webhook_id, is_unique in ((PLAIN, False), (UNIQUE, True)):
        rooms.catalog.put_webhook(
            Webhook(ORG, webhook_id, "defaultTransformer", TILL, uniqueness_check_enabled=is_unique)
        )


def attributes() -> tuple[Field, ...]:
    """What most events have beside the customer and a reference."""
    return field("store", "string"), field("amount", "double"), field("channel", "string")


def define(rooms: Rooms, name: str, fields: tuple[Field, ...]) -> None:
    """A published definition with a customer and both consumers."""
    both = (EI_CONSUMER, EMF_CONSUMER)
    rooms.catalog.put_definition(
        Definition(ORG, name, 0, both, (customer_field(), *fields), PublishState.PUBLISHED, is_verified=True)
    )


def mobile(number: int) -> int:
    """Spread over the tree, as numbers are that come in no order."""
    return 919_000_000_000 + number * 7_919 % 999_999_937


def customer_numbers(customers: int, chooser: random.Random) -> Iterator[int]:
    """Whom one event after another is about, without end."""
    hot = max(1, int(customers * HOT_SHARE))
    chance = chooser.random
    while True:
        yield int(chance() * (hot if chance() < HOT_CHANCE else customers))


def body(name: str, customer: int, number: int, reference: bytes, amount: bytes = AMOUNT) -> bytes:
    """An event of BODY_BYTES; `reference` has ten digits, or marks where a counter of ten is put in."""
    return _BODY % (name.encode(), mobile(customer), number % STORES, amount, reference)


def bodies(count: int, customers: int, name: str = COMMON, seed: int = 7) -> list[bytes]:
    """For the load driver: its counter stands where the reference is."""
    chosen = customer_numbers(customers, random.Random(seed))
    return [body(name, next(chosen), number, b"{n}") for number in range(count)]

"""Secrets as argon2id hashes, and the price of asking for a name that does not exist.

The parameters are OWASP's first choice for argon2id where memory is dear (19 MiB, 2 passes, 1 lane); what
they cost here is in docs/decisions/0003-access.md. argon2 compares in constant time and runs without the
interpreter's lock.
"""

from collections.abc import Callable

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from hooklog.errors import StorageUnavailable

__all__ = ["UNKNOWN_HASH", "Verifier", "hash_secret", "verify_secret"]

MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1

_HASHER = PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID)

# The hash of random bytes that nobody kept. Whoever presents an unknown name is verified against it and
# refused whatever comes out, so that a refusal takes as long for a name that does not exist as for one that
# does.
UNKNOWN_HASH = (
    "$argon2id$v=19$m=19456,t=2,p=1$xr1++XoE3m5jMm8ajq/0vA$B5qFvp79JXqQlTs0PtZEcr2OwXlksuGRg927B+YUGt4"
)

Verifier = Callable[[str, str], bool]


def hash_secret(text: str) -> str:
    """The argon2id hash of a secret, salted, so two calls differ. Blocks for some 20 ms of CPU."""
    return _HASHER.hash(_to_bytes(text))


def verify_secret(secret_hash: str, text: str) -> bool:
    """Whether a presented text is the secret that was hashed. Blocks for some 20 ms of CPU.

    Raises:
        StorageUnavailable: what was stored is not an argon2 hash.
    """
    try:
        return _HASHER.verify(secret_hash, _to_bytes(text))
    except VerifyMismatchError:
        return False
    except (InvalidHashError, VerificationError) as error:
        raise StorageUnavailable(
            "a stored secret is not an argon2 hash, so nothing can be verified against it",
            "load the credentials again",
        ) from error


def _to_bytes(text: str) -> bytes:
    # A header may have been decoded with lone surrogates; they are merely wrong, never an error.
    return text.encode("utf-8", "surrogatepass")

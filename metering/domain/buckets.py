"""Which bucket of the store a device point falls into.

The key hashes the premises, not the device point: the site result of pattern 1 sums the device points of one premises,
so all of them must meet in one part (docs/adr).
"""

from hashlib import blake2b

KEYS = 65_536


def bucket_key(premises_number: str) -> int:
    """A stable number in 0..65535; the bucket of a store with n buckets is ``bucket_key % n``."""
    return int.from_bytes(blake2b(premises_number.encode(), digest_size=2).digest(), "big")

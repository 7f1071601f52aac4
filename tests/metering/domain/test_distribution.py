"""Even distribution over a gap."""

from hypothesis import given
from hypothesis import strategies as st

from metering.domain.distribution import even_shares


def test_the_first_slots_take_what_does_not_divide() -> None:
    """settlement.md examples 2 and 3."""
    assert even_shares(6_003, 7) == [858, 858, 858, 858, 857, 857, 857]
    assert even_shares(4_127, 7) == [590] * 4 + [589] * 3


def test_fewer_watt_hours_than_slots_go_to_the_first_slots() -> None:
    assert even_shares(2, 5) == [1, 1, 0, 0, 0]


def test_nothing_is_shared_as_zeros() -> None:
    assert even_shares(0, 3) == [0, 0, 0]


def test_no_slots_get_no_shares() -> None:
    assert even_shares(0, 0) == []


@given(st.integers(0, 10**8), st.integers(1, 1_488))
def test_no_watt_hour_is_lost_and_no_share_differs_by_more_than_one(total: int, slots: int) -> None:
    shares = even_shares(total, slots)
    assert sum(shares) == total
    assert len(shares) == slots
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= 1

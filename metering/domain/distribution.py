"""Even distribution of a register difference over the slots of a gap (24時間フラット・均等配分, 説明資料 4-1-2)."""


def even_shares(total_wh: int, slots: int) -> list[int]:
    """``total_wh`` in ``slots`` whole shares in time order: the first ``total mod slots`` take one Wh more.

    settlement.md rule 12 [D]. Nothing is lost: 6,003 over seven slots is 858 four times, then 857 three times.
    No slots give no shares; the caller makes sure that nothing is left to share then.
    """
    if slots == 0:
        return []
    share, remainder = divmod(total_wh, slots)
    return [share + 1] * remainder + [share] * (slots - remainder)

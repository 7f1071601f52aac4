"""The numbers the settlement contract leaves open [P], frozen for one run. Source: settlement.md, head and rule 13."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

Stage = Literal["provisional", "final"]

# The edition of the rules; part of every run's identity. Raise it whenever a result could change.
RULE_SET = "settlement-2026.1"
GUIDELINE_EDITION = "外部接続基準・ガイドライン 2026-03"


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Adjustable numbers of the 30-minute calculation.

    ``plausibility_percent`` is the factor of ``plausibility_factor`` in whole percent, so that no float enters.
    """

    modulus_wh: int = 100_000_000
    slot_minutes: int = 30
    plausibility_percent: int = 120
    flat_max_minutes: int = 44_640  # 31 days
    provision_digits: int = 6
    rule_set: str = RULE_SET
    guideline_edition: str = GUIDELINE_EDITION

    @property
    def slots_per_day(self) -> int:
        """48 for half hours, 96 for quarter hours."""
        return 1440 // self.slot_minutes

    def slot_cap_wh(self, rated_w: int) -> int:
        """Largest plausible energy of one slot in Wh: floor(rated_W × m × factor / 60)."""
        return rated_w * self.slot_minutes * self.plausibility_percent // 6000

    def flat_max_slots(self, rated_w: int) -> int:
        """Longest gap in slots whose register difference can still be trusted (settlement.md, head)."""
        unambiguous = (self.modulus_wh - 1) * 60 // (rated_w * self.slot_minutes)
        return min(self.flat_max_minutes // self.slot_minutes, unambiguous)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for run.json and for the identity of a run."""
        return asdict(self)

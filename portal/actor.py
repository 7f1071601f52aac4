"""Who acts: a frozen value on the lowest floor, so that every floor can name the actor without importing accounts."""

from dataclasses import dataclass
from enum import Enum


class Scope(Enum):
    """Which rows an actor may see at all; the tenant walls ask this and nothing else."""

    NOTHING = "nothing"
    OWN = "own"  # rows of the actor's own organization
    ALL = "all"  # the grid operator's staff and the system itself


@dataclass(frozen=True, kw_only=True)
class Actor:
    """One acting person, machine client or background task.

    ``label`` is what people read in the journal ("佐藤 美咲 (みなみ野でんき)"); the ids are plain numbers without
    foreign keys, because stories outlive accounts.
    """

    label: str
    scope: Scope = Scope.NOTHING
    role: str = ""
    user_id: int | None = None
    client_id: str = ""
    organization_id: int | None = None
    on_behalf_of: str = ""


NOBODY = Actor(label="")


def system(label: str) -> Actor:
    """The software itself at work, for example ``system("beat")``."""
    return Actor(label=f"system:{label}", scope=Scope.ALL)

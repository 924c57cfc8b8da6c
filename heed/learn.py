"""`heed learn`: what a house's own history teaches of its standards."""

import sys
from collections.abc import Iterable, Iterator
from math import ceil
from typing import NamedTuple

from agents.identity import Names
from heed.formats import Counts, read
from heed.options import Files, Format, Kind, StandardsFile, names_of, standards_of
from heed.progress import say, watched
from schemas.customer import bounded
from schemas.instant import DAY, day_of
from schemas.interaction import Interaction, Rejected, decode
from schemas.standards import OneAndGone, Standards, written
from schemas.standards.dump import literal
from streams import settings as engine

Brand = str | None


class Bought(NamedTuple):
    """The earliest order of a customer, and the earliest of a later day (microseconds)."""

    first: int
    second: int | None = None

    def and_at(self, at: int) -> "Bought":
        """With one more order.

        >>> Bought(5 * DAY).and_at(9 * DAY).and_at(2 * DAY) == Bought(2 * DAY, 5 * DAY)
        True
        """
        if day_of(at) < day_of(self.first):
            return Bought(at, self.first)
        if day_of(at) == day_of(self.first):
            return self._replace(first=min(at, self.first))
        return self._replace(second=at if self.second is None else min(at, self.second))


class Gaps(NamedTuple):
    """How long it took the customers of a brand to buy again: in microseconds, in order."""

    buyers: int
    gaps: list[int]

    def days(self, percentile: float) -> int:
        """Within so many days that share of those who bought again had done so.

        >>> Gaps(20, [DAY * number for number in range(1, 11)]).days(0.9)
        9
        """
        place = max(1, ceil(round(percentile * len(self.gaps), 6)))
        return ceil(self.gaps[place - 1] / DAY)


def gaps_of(orders: Iterable[Interaction], names: Names) -> dict[Brand, Gaps]:
    """The gaps of each brand, by what the customer's last order says of it; of all under None."""
    bought: dict[str, Bought] = {}
    brands: dict[str, tuple[int, str]] = {}
    for order in orders:
        key, at = names.row_key(order), order.time
        known = bought.get(key)
        bought[key] = Bought(at) if known is None else known.and_at(at)
        if order.brand is not None and at >= brands.get(key, (at,))[0]:
            brands[key] = at, bounded(order.brand)
    found: dict[Brand, list[Bought]] = {None: list(bought.values())}
    for key, (_, brand) in brands.items():
        found.setdefault(brand, []).append(bought[key])
    return {brand: _gaps(those) for brand, those in found.items()}


def _gaps(those: list[Bought]) -> Gaps:
    gaps = sorted(one.second - one.first for one in those if one.second is not None)
    return Gaps(len(those), gaps)


def taught(found: dict[Brand, Gaps], standards: Standards) -> Iterator[str]:
    """Lines of a standards.toml: what holds for all, and for each brand that tells enough."""
    house, everybody = standards.base.one_and_gone, found[None]
    if _teaches(everybody, house):
        yield _section("[one_and_gone]", everybody, house)
    else:
        yield (
            f"{_counted(everybody)}:\n# fewer than {house.least:,} (one_and_gone.least) teach "
            f'nothing, so within = "{written(house.within)}" stays.'
        )
    few = 0
    for brand in sorted(brand for brand in found if brand is not None):
        limits = standards.thresholds(None, brand, None).one_and_gone
        if _teaches(found[brand], limits):
            head = f"[[override]]\nbrand = {literal(brand)}\n[override.one_and_gone]"
            yield "\n" + _section(head, found[brand], limits)
        else:
            few += 1
    if few:
        yield f"\n# Brands of which too few have bought again: {few:,}."


def _teaches(found: Gaps, limits: OneAndGone) -> bool:
    return len(found.gaps) >= max(1, limits.least)


def _section(head: str, found: Gaps, limits: OneAndGone) -> str:
    days = max(1, found.days(limits.percentile))
    share = f"{limits.percentile * 100:g} % of those within {days} d"
    return f'{_counted(found)}, {share}.\n{head}\nwithin = "{days} d"'


def _counted(found: Gaps) -> str:
    return f"# {found.buyers:,} first-time buyers, {len(found.gaps):,} of whom have bought again"


def learn(
    files: Files,
    format: Format = Kind.INTERACTIONS,
    standards: StandardsFile = None,
) -> None:
    """Learn your customers' own rhythm from a history: lines for your standards.toml.

    How long a first-time buyer may be silent (one_and_gone): after how many days nine of ten who
    have bought again had done so, for all and by brand. Take the orders of a year or more.
    """
    house = standards_of(standards or engine.load().standards) or Standards()
    names, counts = names_of(house), Counts()
    left_out = 0

    def orders() -> Iterator[Interaction]:
        nonlocal left_out
        for value in watched(read(files, format.value, counts), "learning"):
            try:
                event = decode(value)
                if event.kind == "order_completed" and not _excluded(house, names, event):
                    yield event
            except Rejected:
                left_out += 1

    for line in taught(gaps_of(orders(), names), house):
        print(line)
    sys.stdout.flush()
    if left_out:
        say(f"records left out: {left_out:,}; `heed check` says why")


def _excluded(house: Standards, names: Names, event: Interaction) -> bool:
    """Whether the order is of a test or bot. Raises Rejected for one that is nobody's."""
    return house.excludes(names.row_key(event).partition(":")[2])

"""How a story is told: somebody does something, so many days from the day, at a certain time."""

from collections.abc import Callable
from typing import Any, Self

from schemas.instant import DAY, HOUR, MINUTE, SECOND, rfc3339

Event = dict[str, Any]


class Teller:
    """Tells what one person does; `day` is midnight (UTC) of the demo's day, in microseconds.

    >>> ann = Teller("ann", 0).on(-1, "09:30").does("page_viewed").later(minutes=2)
    >>> [(event["id"], event["time"]) for _, event in ann.does("cart_viewed").told]
    ... # doctest: +NORMALIZE_WHITESPACE
    [('story-ann-1', '1969-12-31T09:30:00.000000Z'),
     ('story-ann-2', '1969-12-31T09:32:00.000000Z')]
    """

    def __init__(self, name: str, day: int) -> None:
        self.name = name
        self.day = day
        self.at = day
        self.told: list[tuple[int, Event]] = []
        self.envelope: Event = {"customer_id": name, "brand": "meridian"}
        self.orders = 0

    def is_(self, **envelope: Any) -> Self:
        """What stands in the envelope from here on: `party`, `region`, `branch`, ..."""
        self.envelope |= envelope
        return self

    def on(self, days: float, clock: str = "10:00") -> Self:
        """It is now that many days after the day (before it: negative), at that time."""
        hour, _, minute = clock.partition(":")
        self.at = self.day + round(days * DAY) + int(hour) * HOUR + int(minute) * MINUTE
        return self

    def later(self, *, seconds: float = 0, minutes: float = 0, hours: float = 0) -> Self:
        """So much later."""
        self.at += round(seconds * SECOND + minutes * MINUTE + hours * HOUR)
        return self

    def does(self, kind: str, channel: str = "web", /, **properties: Any) -> Self:
        """One interaction, now."""
        event = {
            "id": f"story-{self.name}-{len(self.told) + 1}",
            "type": kind,
            "time": rfc3339(self.at),
            "channel": channel,
            **self.envelope,
            "properties": properties,
        }
        self.told.append((self.at, event))
        return self

    def date(self, days: float) -> str:
        """The date that many days after the day."""
        return rfc3339(self.day + round(days * DAY))[:10]

    def moment(self, days: float) -> str:
        """Midnight of that date, as RFC 3339."""
        return rfc3339(self.day + round(days * DAY))

    def orders_one(
        self, revenue: float = 48.0, product: str = "kettle", category: str = "kitchen", **more: Any
    ) -> Self:
        """A whole order, its own number in `order_id`."""
        self.orders += 1
        item = {"product_id": product, "category": category, "price": revenue, "quantity": 1}
        return self.does(
            "order_completed", "web", order_id=self.order_id, products=[item], revenue=revenue,
            currency="EUR", **more,
        )  # fmt: skip

    @property
    def order_id(self) -> str:
        """The last order's."""
        return f"order-{self.name}-{self.orders}"


Story = Callable[[Teller], object]

"""A sketch of many durations: quantiles with a stated error, in little room, that add up.

Buckets of whole milliseconds, 64 to each power of two (as HdrHistogram has them; DDSketch takes
logarithms instead, whose last digit differs between machines). Counting is all that ever happens to
a bucket, so two sketches merge into the sketch of both, in any order, and what was added can be
taken out again.
"""

from msgspec import Struct, field

MILLISECOND = 1_000
_FINE = 7  # bits of a number that are kept
_HALF = 1 << (_FINE - 1)
RELATIVE_ERROR = 1 / (2 * _HALF)
"""A quantile is at most this far from the true one, relatively, and half a millisecond."""
LONGEST = 1 << 31
"""Milliseconds, 24 days: what is longer counts as this long. So there are 1,664 buckets at most."""


class Sketch(Struct, array_like=True):
    """How many durations lie in which bucket; `total` is their exact sum in milliseconds."""

    counts: dict[int, int] = field(default_factory=dict)
    number: int = 0
    total: int = 0

    def add(self, span: int, times: int = 1) -> None:
        """Count a duration of `span` microseconds; with `times` -1 take one out that was added."""
        value = min(max(span + MILLISECOND // 2, 0) // MILLISECOND, LONGEST)
        index, counts = bucket(value), self.counts
        left = counts.get(index, 0) + times
        if left:
            new = index not in counts
            counts[index] = left
            if new:  # In order of size, so that equal sketches are stored alike.
                self.counts = dict(sorted(counts.items()))
        else:
            counts.pop(index, None)
        self.number += times
        self.total += times * value

    def merge(self, other: "Sketch") -> None:
        """Be the sketch of both."""
        counts = self.counts
        for index, number in other.counts.items():
            counts[index] = counts.get(index, 0) + number
        self.counts = dict(sorted(counts.items()))
        self.number += other.number
        self.total += other.total

    def quantile(self, share: float) -> int | None:
        """The duration, in microseconds, that a `share` of all do not pass (nearest rank).

        None of an empty sketch. At most `RELATIVE_ERROR` and half a millisecond off.

        >>> sketch = Sketch()
        >>> for second in range(1, 101):
        ...     sketch.add(second * 1_000_000)
        >>> sketch.quantile(0.9)
        89600000
        """
        return self.quantiles(share)[0]

    def quantiles(self, *shares: float) -> list[int | None]:
        """The same for several shares, the smallest first, in one pass."""
        if self.number <= 0:
            return [None] * len(shares)
        # Shares as people write them: 0.9 of 100 is the 90th, whatever binary fractions say.
        ranks = iter([max(1, -(-round(each * 1_000_000) * self.number // 1_000_000))
                      for each in shares])  # fmt: skip
        found: list[int | None] = []
        rank, passed = next(ranks), 0
        for index, number in self.counts.items():
            passed += number
            while passed >= rank:
                found.append(middle(index) * MILLISECOND)
                if len(found) == len(shares):
                    return found
                rank = next(ranks)
        return found + [None] * (len(shares) - len(found))

    @property
    def mean(self) -> float | None:
        """In seconds."""
        return self.total / self.number / 1000 if self.number > 0 else None


def bucket(value: int) -> int:
    """The bucket of a number of milliseconds.

    >>> bucket(127), bucket(128), bucket(129), bucket(130)
    (127, 128, 128, 129)
    """
    shift = value.bit_length() - _FINE
    if shift <= 0:
        return value
    return 2 * _HALF + (shift - 1) * _HALF + (value >> shift) - _HALF


def middle(index: int) -> int:
    """The middle of a bucket."""
    if index < 2 * _HALF:
        return index
    shift, offset = divmod(index - 2 * _HALF, _HALF)
    return ((_HALF + offset) << (shift + 1)) + (1 << shift)

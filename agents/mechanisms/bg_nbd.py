"""BG/NBD: the probability that a buyer is still alive, and when it will cross a threshold.

Fader, Hardie and Lee (2005), "Counting Your Customers" the Easy Way, Marketing Science 24(2);
P(alive) after Fader and Hardie, note 021. Time is in weeks throughout.
"""


def p_alive(x: int, t_x: float, t: float, *, r: float, alpha: float, a: float, b: float) -> float:
    """P(alive | x repeat purchases, the last at t_x, observed until t).

    >>> cdnow = dict(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> round(p_alive(2, 30.43, 38.86, **cdnow), 6)
    0.726579
    """
    if x == 0:
        return 1.0
    odds: float = a / (b + x - 1) * ((alpha + t) / (alpha + t_x)) ** (r + x)
    return 1 / (1 + odds)


def crossing(
    x: int, t_x: float, threshold: float, *, r: float, alpha: float, a: float, b: float
) -> float:
    """The T (weeks since the first purchase) at which P(alive) falls under `threshold`; x >= 1.

    P(alive) is solved for T: (alpha + t_x) [((1 - p) / p) (b + x - 1) / a]^(1 / (r + x)) - alpha.

    >>> cdnow = dict(r=0.243, alpha=4.414, a=0.793, b=2.426)
    >>> round(crossing(2, 30.43, 0.5, **cdnow), 4), round(crossing(10, 20, 0.3, **cdnow), 4)
    (62.4913, 29.9954)
    """
    odds = (1 - threshold) / threshold * (b + x - 1) / a
    growth: float = odds ** (1 / (r + x))
    return (alpha + t_x) * growth - alpha

"""Two rows of one person become one: somebody known by an alias turns out to be a customer.

`merge` is the pure part, a rule for each field of the state; `give_up` and `hand_over` are what the
two rows do, alerts and gauges included. The rules in words: docs/rules/merging.md.
"""

from agents.merging.customers import merge
from agents.merging.settling import give_up, hand_over

__all__ = ["give_up", "hand_over", "merge"]

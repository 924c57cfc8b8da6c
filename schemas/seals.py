"""Headers of the records that workers write to each other among the interactions.

Each holds a seal of the record's bytes (agents.seal), which alone proves that it is a worker's.
"""

ROWS = "heed-internal"
"""Of what rows of one person say to each other."""
RATES = "heed-rates"
"""Of the rates of products that come back."""
COMPETITORS = "heed-competitor"
"""Of competitors that have come to a region."""
SEALS = frozenset({ROWS, RATES, COMPETITORS})

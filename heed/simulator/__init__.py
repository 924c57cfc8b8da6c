"""A seeded company whose people have hidden truths, to measure signals against and to show them.

`company(seed)` gives interactions and truths; `heed simulate` writes them; `quality` measures.
"""

from heed.simulator.company import Company as Company
from heed.simulator.company import company as company
from heed.simulator.truth import MEANINGS as MEANINGS
from heed.simulator.truth import Truth as Truth

"""What a house like the simulated shop would set, knowing its business and no single truth."""

_BUSINESS = """\
[onboarding_stalled]
# Kettles and lamps are used at home: a first order is no beginning that could stall.
after_order = false

[captive_dissatisfied]
# Only there has nobody else a branch.
regions = ["islands"]
"""
_PROMISES = """
[resolution_unconfirmed]
# Off by default.
enabled = true

[[standard]]
name = "called_back_in_two_hours"
from = "callback_requested"
to = "callback_done"
within = "2 h"
"""
_SPENDING = """
[spend_declined]
# It is looked at with each order, and there are many.
alpha = 0.001

[spend_grown]
alpha = 0.001
"""

# By maximum likelihood, to the purchases of companies with the seeds 101 and 102 (101 to 103 of
# those that buy often): a year of other customers of the same kind, none of whom is measured.
OWN = (
    """\
[gone_silent]
# BG/NBD, fitted to a year of orders of other customers.
r = 0.957
alpha = 5.108
a = 0.696
b = 15.947

"""
    + _BUSINESS
    + _PROMISES
)
"""Of the shop."""

RHYTHM = """\
[gone_silent]
model = "own_rhythm"
"""
"""Each customer beside their own gaps, without a model."""

OFTEN = (
    """\
[gone_silent]
r = 0.989
alpha = 0.976
a = 0.313
b = 18.462

"""
    + _BUSINESS
    + _SPENDING
)
"""Of the company whose people buy more often."""

OFTEN_TIMES, OFTEN_SHARE = 6.0, 0.25
"""How much more often they buy there, and how many they are beside the shop's."""

"""What the customers agent tells the groups agent: observers listen as signals do, and tell no
alerts.

An observer sees one customer at a time; what it writes is part of the decision on the record that
it saw, so each observation is told exactly once.
"""

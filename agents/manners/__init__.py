"""Manners: which alerts a team is told, and when, and what teams say about them.

Nothing here changes whether or when an alert opens or ends: it sets `suppressed_by`, and holds back
the topic of the team.
"""

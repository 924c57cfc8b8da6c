"""The five mechanisms that nearly every signal is an instance of: tested once, hard.

`expected`: after A, B is expected within T. `idle`: something open and untouched for T. `rhythm`:
silence against the own rhythm. `baseline`: now against the own history, beyond chance. `joint`:
several pieces of evidence add up.
"""

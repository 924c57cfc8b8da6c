"""What is said: the contracts. Imports nothing of ours.

`interaction` and `vocabulary` are what comes in, `alert` is what goes out, `customer` is what is
remembered in between, and `standards` is what the house promises.
"""

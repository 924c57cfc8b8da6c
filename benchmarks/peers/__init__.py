"""The same toy job on other systems: decode, count and last time per customer, changelog."""

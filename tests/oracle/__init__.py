"""A second opinion on the exact rules: slow, literal, and no relation of the production code."""

"""What a message says of the mood of who wrote it."""

from agents.text.protocol import Classifier, Verdict

__all__ = ["Classifier", "Verdict"]

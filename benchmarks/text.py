"""What judging a message costs: time, start and memory of the built-in classifier.

    python -m benchmarks.text

Messages are the labelled ones of tests/agents/text; "long" is one of 4,000 characters,
"hostile" the worst found: many short words, stems that nearly fit, quotations, half headers and
many lines.
"""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence

from agents.text import Classifier, Lexicon
from tests.agents.text.messages import LANGUAGES, messages

ROUNDS = 20
START = "import time; t = time.perf_counter(); from agents.text import Lexicon; Lexicon(); "
START += "print(time.perf_counter() - t)"


def microseconds(classifier: Classifier, texts: Sequence[str]) -> list[float]:
    """The time of each judgement, the best of some rounds."""
    best = [float("inf")] * len(texts)
    for _ in range(ROUNDS):
        for place, text in enumerate(texts):
            began = time.perf_counter()
            classifier.judge(text, None)
            best[place] = min(best[place], time.perf_counter() - began)
    return [1e6 * seconds for seconds in best]


def main() -> None:
    """Print the table of docs/text.md."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lexicon = Lexicon()
    lexicon.judge("Thank you.", None)
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    starts = [
        float(subprocess.run([sys.executable, "-c", START], capture_output=True, check=True).stdout)
        for _ in range(5)
    ]
    print(f"start {1e3 * statistics.median(starts):.0f} ms, memory {memory:.1f} MiB")
    print(f"{'':10} {'messages':>8} {'characters':>10} {'median us':>10} {'longest us':>10}")
    workloads = {name: [each.text for each in messages(name)] for name in LANGUAGES}
    sentence = "The service was not bad, but the parcel is late and nobody answers my mails. "
    workloads["long"] = [(sentence * 60)[:4000]]
    workloads["hostile"] = [
        "a " * 2000,
        "no, " * 1000,
        "unfriendl" * 444,
        "> a\n" * 4000,
        "On " * 5333,
        "From: a\n" * 2000,
    ]
    for name, texts in workloads.items():
        taken = microseconds(lexicon, texts)
        length = statistics.mean(map(len, texts))
        print(f"{name:10} {len(texts):8} {length:10.0f} {statistics.median(taken):10.0f} "
              f"{max(taken):10.0f}")  # fmt: skip


if __name__ == "__main__":
    main()

"""What every Python peer shares: its arguments, and the one line of figures that it prints."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from typing import NoReturn


def arguments() -> argparse.Namespace:
    """`--bootstrap`, `--topic`, `--events`, `--customers`, and `--folder` for local state."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--bootstrap", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--customers", type=int, default=0)
    parser.add_argument("--folder", default=".")
    return parser.parse_args()


def cpu_seconds() -> float:
    """User and system time of this process so far, all threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def peak_rss_mib() -> float:
    """The most memory this process has held, in MiB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


class Measure:
    """Counts events from the first record to the last and prints the figures at the end."""

    def __init__(self, events: int) -> None:
        self.events = events
        self.seen = 0
        self._began = 0.0
        self._cpu_before = 0.0

    def begin(self) -> None:
        """The first record is here; later calls change nothing."""
        if not self._began:
            self._began = time.perf_counter()
            self._cpu_before = cpu_seconds()

    def add(self, count: int = 1) -> bool:
        """Count records as done; True once all are."""
        self.seen += count
        return self.seen >= self.events

    def report(self) -> None:
        """Print the line that `benchmarks.run` reads."""
        seconds = time.perf_counter() - self._began
        line = {
            "events": self.seen,
            "seconds": round(seconds, 4),
            "cpu_seconds": round(cpu_seconds() - self._cpu_before, 4),
            "peak_rss_mib": round(peak_rss_mib(), 1),
        }
        os.write(1, f"{json.dumps(line)}\n".encode())  # print, unless a framework redirects it

    def report_and_exit(self) -> NoReturn:
        """For frameworks that have no way to end after n records."""
        self.report()
        os._exit(0)

"""Structured logs: one line an event, to stderr, as text for people or JSON for machines."""

import logging
import sys
from typing import Literal

import structlog

# What these say at their own levels is either told better by us or of no use to an operator:
# aiokafka warns of every retried commit, Faust of every rebalance.
_QUIET = ("aiokafka", "faust", "mode", "asyncio", "kafka")


def configure(form: Literal["text", "json"] = "text", level: str = "info") -> None:
    """Set up structlog, and quieten the libraries below it."""
    processors: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if form == "json":
        processors += [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
    else:
        # The default, framed and with all variables, takes a second for each trace.
        plain = structlog.dev.plain_traceback
        colors = sys.stderr.isatty()
        renderer = structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain)
        processors.append(renderer)
    structlog.configure(
        processors=processors,
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        # Each line in one write with its end: other processes may write to the same stderr.
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.CRITICAL)

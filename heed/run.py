"""`heed worker`: one process, or one per core in the same consumer group."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Sequence

import structlog

from agents.customers import worker
from streams import cycles, logs
from streams.settings import Settings

log = structlog.get_logger("heed")

_PR_SET_PDEATHSIG = 1


def run_worker(settings: Settings) -> None:
    """Work until SIGTERM or ctrl-C. Raises Unusable, or what the worker died of."""
    logs.configure(settings.log_format, settings.log_level)
    cycles.calm()
    try:
        import uvloop

        runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    except ImportError:
        runner = asyncio.Runner()
    with runner:
        runner.run(_work(settings))


async def _work(settings: Settings) -> None:
    made = worker(settings)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, made.stop)
    log.info("worker starting", bootstrap=settings.bootstrap, store=settings.store)
    sweeping = asyncio.create_task(cycles.sweep())
    try:
        await made.run()
    finally:
        sweeping.cancel()
    log.info("worker stopped")


def run_workers(processes: int, arguments: Sequence[str], web_port: int) -> int:
    """Start `processes` workers and wait; if one ends, so do the others. The exit code."""
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "heed", "worker", *arguments],
            env={**os.environ, "HEED_WEB_PORT": str(_port(web_port, number))},
            preexec_fn=_die_with_parent,
        )
        for number in range(processes)
    ]
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    code = 0
    for _ in children:
        pid, status = os.wait()
        ended = next(child for child in children if child.pid == pid)
        ended.returncode = os.waitstatus_to_exitcode(status)
        if not stopping:
            code = abs(ended.returncode) or 1
            log.error("a worker ended, stopping the others", pid=pid, code=ended.returncode)
            stop()
    return code


def _port(first: int, number: int) -> int:
    return first + number if first > 0 else first


def _die_with_parent() -> None:
    """A killed parent leaves no workers behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

"""`heed`: every command, its options and its exit codes.

0: done. 1: done, and something is bad (`check`), or a worker that must be restarted. 2: unusable
input or settings, with one sentence that says what to do.
"""

import os
import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from heed.formats import Counts, UnusableInput, read
from heed.progress import console, out, watched
from schemas.instant import NotAnInstant, instant
from schemas.interaction import Rejected, decode
from schemas.standards import BadStandards, Standards, load
from streams import settings as engine
from streams.errors import Unusable
from streams.settings import Settings

app = typer.Typer(
    help="Hears every interaction of every customer, and says who is about to be lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Settings: environment HEED_* or a TOML file (HEED_CONFIG); `heed settings` lists them.",
)


class Kind(StrEnum):
    """The formats, as choices of the command line."""

    INTERACTIONS = "interactions"
    CDNOW = "cdnow"
    ONLINE_RETAIL = "online-retail"
    CALL_LOG = "call-log"


Files = Annotated[list[str], typer.Argument(help="Files, plain or .gz; - is standard input.")]
Format = Annotated[Kind, typer.Option("--format", "-f", help="What the files hold.")]
StandardsFile = Annotated[
    Path | None, typer.Option("--standards", help="standards.toml; built-in defaults without one.")
]
Bootstrap = Annotated[str | None, typer.Option(help="Kafka brokers, host:port, comma separated.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="End after the replay, with a summary.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="The summary as one JSON object, on the last line.")
    ] = False,
    web_port: Annotated[int, typer.Option(help="Port of /metrics; 0: any free one.")] = 6066,
) -> None:
    """Real purchases through an embedded Kafka broker to alerts, live. Nothing else is needed."""
    from heed.demo import demo as run

    result = run(once=once, quiet=json, web_port=web_port)
    if json:
        print(orjson.dumps(result).decode())
    else:
        console.print(result)


@app.command()
def worker(
    bootstrap: Bootstrap = None,
    config: Annotated[Path | None, typer.Option(help="A TOML file of settings.")] = None,
    standards: StandardsFile = None,
    store: Annotated[str | None, typer.Option(help="memory, or rocks (on disk).")] = None,
    state_dir: Annotated[Path | None, typer.Option(help="Folder of the rocks store.")] = None,
    web_port: Annotated[int | None, typer.Option(help="Port of /metrics; -1: none.")] = None,
    processes: Annotated[
        int, typer.Option(min=1, help="That many, one per core, on ports that follow each other.")
    ] = 1,
) -> None:
    """Decide about interactions: Kafka in, alerts and metrics out, exactly once."""
    from heed.run import run_worker, run_workers

    said: dict[str, Any] = {"bootstrap": bootstrap, "standards": standards, "store": store,
            "state_dir": state_dir, "web_port": web_port}  # fmt: skip
    settings = engine.load(config, **said)
    if processes == 1:
        run_worker(settings)
        return
    arguments = [
        part
        for name, value in {**said, "config": config, "web_port": None}.items()
        if value is not None
        for part in (f"--{name.replace('_', '-')}", str(value))
    ]
    sys.exit(run_workers(processes, arguments, settings.web_port))


@app.command()
def replay(
    files: Files,
    format: Format = Kind.INTERACTIONS,
    standards: StandardsFile = None,
    until: Annotated[str | None, typer.Option(help="Move the clock on to this time.")] = None,
    diff: Annotated[
        Path | None, typer.Option(help="Another standards.toml: which alerts come and go with it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The summary on stderr as JSON.")] = False,
) -> None:
    """The same decisions offline: alerts as JSON lines, in the order of decision."""
    from heed.replay import Replay

    began, counts = time.monotonic(), Counts()
    end = None if until is None else instant(until)
    run = Replay(_standards(standards))
    values = watched(read(files, format.value, counts), "replaying")
    if diff is not None:
        _print_diff(run, Replay(_standards(diff)), list(values), end)
    else:
        write = sys.stdout.buffer.write
        for output in run.run(values, end):
            write(output.value + b"\n")
        sys.stdout.buffer.flush()
    _report(run.summary(time.monotonic() - began), run.rejected, counts, json)


@app.command()
def publish(
    files: Files,
    format: Format = Kind.INTERACTIONS,
    rate: Annotated[float | None, typer.Option(min=0.001, help="Records a second.")] = None,
    speed: Annotated[
        float | None, typer.Option(min=0.001, help="Event time runs that many times faster.")
    ] = None,
    bootstrap: Bootstrap = None,
) -> None:
    """Files into Kafka, paced; what cannot be taken ends in `rejected`, not here."""
    from heed.publish import publish as send
    from streams.topics import reach

    settings = engine.load(bootstrap=bootstrap)
    reach(settings)
    counts = Counts()
    sent = send(watched(read(files, format.value, counts), "publishing"), settings, rate, speed)
    console.print(f"{sent:,} interactions published to {settings.input_topic}")
    _print_skipped(counts)


@app.command()
def alerts(
    team: Annotated[str | None, typer.Option(help="Only this team's.")] = None,
    follow: Annotated[bool, typer.Option(help="Go on with what comes.")] = False,
    json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Open alerts, what is most at risk first; with --follow each one as it is told."""
    from heed.inbox import Inbox, table, worklist
    from schemas.alert import encode

    settings = engine.load(bootstrap=bootstrap)
    inbox = Inbox(settings)
    inbox.subscribe()
    for _ in inbox.present():
        pass
    standing = worklist([a for a in inbox.open.values() if team in (None, a.team)])
    if json:
        for alert in standing:
            print(encode(alert).decode())
    else:
        out.print(table(standing))
    while follow:
        for alert in inbox.read():
            if team in (None, alert.team):
                _print_alert(alert, json)
    inbox.close()


@app.command()
def check(
    files: Files,
    format: Format = Kind.INTERACTIONS,
) -> None:
    """Validate interactions: one line per bad record, exit 1 if there is one."""
    from agents.identity import row_key

    bad = total = 0
    for number, value in enumerate(watched(read(files, format.value), "checking"), 1):
        total = number
        try:
            row_key(decode(value))
        except Rejected as why:
            bad += 1
            print(f"record {number}: {why.reason}: {why.message}")
    console.print(f"{total:,} records, {bad:,} bad")
    sys.exit(1 if bad else 0)


@app.command()
def topics(
    bootstrap: Bootstrap = None,
    partitions: Annotated[int | None, typer.Option(min=1, help="Of topics to be made.")] = None,
    replication: Annotated[int | None, typer.Option(min=1, help="Copies of topics.")] = None,
) -> None:
    """Create or verify the topics: partition counts, compaction, record sizes."""
    from streams.topics import ensure

    settings = engine.load(bootstrap=bootstrap, partitions=partitions, replication=replication)
    for found in ensure(settings):
        policy = found.config.get("cleanup.policy", "?")
        size = found.config.get("max.message.bytes", "?")
        out.print(f"{found.name}: {found.partitions} partitions, {policy}, records to {size} bytes")


@app.command()
def settings() -> None:
    """Every setting with its default, as environment variable."""
    import inspect

    source = inspect.getsource(Settings).splitlines()
    defaults: dict[str, Any] = {name: getattr(Settings(), name) for name in
                                Settings.__struct_fields__}  # fmt: skip
    for number, line in enumerate(source):
        name = line.strip().partition(":")[0]
        if name in defaults:
            about = source[number + 1].strip().strip('"') if number + 1 < len(source) else ""
            about = about if source[number + 1].strip().startswith('"""') else ""
            out.print(f"HEED_{name.upper()}={defaults[name]}", f"[dim]{about}[/dim]")


def _standards(path: Path | None) -> Standards | None:
    return None if path is None else load(path)


def _report(result: dict[str, Any], rejected: Any, counts: Counts, json: bool) -> None:
    if json:
        print(orjson.dumps(result).decode(), file=sys.stderr)
        return
    console.print(
        f"{result['events']:,} interactions of {result['customers']:,} customers in "
        f"{result['seconds']:.1f} s, {result['rejected']:,} rejected"
    )
    for reason, number in sorted(rejected.items()):
        console.print(f"  rejected as {reason}: {number:,}")
    for signal, told in result["alerts"].items():
        console.print(f"  {signal}: " + ", ".join(f"{n:,} {what}" for what, n in told.items()))
    _print_skipped(counts)


def _print_skipped(counts: Counts) -> None:
    for reason, number in sorted(counts.skipped.items()):
        console.print(f"  rows left out as {reason}: {number:,}")


def _print_diff(one: Any, other: Any, values: list[bytes], until: int | None) -> None:
    """Alerts that only one of two runs tells: `-` here, `+` with the other standards."""
    mine = {orjson.loads(o.value)["alert_id"]: o.value for o in one.run(values, until)}
    theirs = {orjson.loads(o.value)["alert_id"]: o.value for o in other.run(values, until)}
    for sign, here, there in ((b"-", mine, theirs), (b"+", theirs, mine)):
        for name, value in here.items():
            if name not in there:
                sys.stdout.buffer.write(sign + value + b"\n")
    sys.stdout.buffer.flush()


def _print_alert(alert: Any, json: bool) -> None:
    from heed.inbox import name_of
    from schemas.alert import encode

    if json:
        print(encode(alert).decode(), flush=True)
        return
    status = alert.resolution or alert.status
    out.print(
        f"{alert.event_time[:16]} [bold]{alert.signal}[/bold] {status} "
        f"{name_of(alert)}: {alert.reason}"
    )


def main() -> None:
    """The entry point: turns what a user can mend into one sentence and exit code 2."""
    try:
        app()
    except (Unusable, UnusableInput, BadStandards, NotAnInstant) as why:
        print(f"heed: {why}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)

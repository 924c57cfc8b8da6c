"""`heed`: every command and its options; `heed.exits` has the exit codes."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import orjson
import typer
from rich.table import Table
from typer.core import TyperGroup

from agents.competitors import is_regional
from agents.decide import from_the_future
from heed import asking
from heed.exits import run
from heed.formats import Counts, lines, read
from heed.formats.source import check as check_file
from heed.learn import learn
from heed.options import (
    Bootstrap,
    Files,
    Format,
    Kind,
    StandardsFile,
    house_of,
    instant_of,
    names_of,
    standards_of,
)
from heed.presets import resolved
from heed.progress import out, say, watched
from heed.simulate_command import simulate
from schemas.interaction import Rejected, decode
from streams import logs
from streams import settings as engine
from streams.errors import Unusable


class Group(TyperGroup):
    """The commands; `heed --help` ends with every setting."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        super().format_help(ctx, formatter)
        table = Table("setting", "default", "meaning", box=None)
        for setting in engine.described():
            table.add_row(*setting)
        out.print(table)


app = typer.Typer(
    cls=Group,
    help="Hears every interaction of every customer, and says who is about to be lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Begin with `heed demo`. Settings come from options, else from the environment, else "
    "from a TOML file (named by HEED_CONFIG, keys as below in lower case and without HEED_).",
)


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End after the replay.")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="The summary as one JSON object, on the last line.")
    ] = False,
    web_port: Annotated[
        int, typer.Option(help="Port of /metrics; 0: any free one.", min=0, max=65_535)
    ] = 6066,
) -> None:
    """Real purchases through an embedded Kafka broker to alerts, live. Nothing else is needed.

    69,659 purchases of 1997-98 and a busy day of a made-up company. Ends with a summary, after
    ctrl-C or with --once when all has been replayed, in half a minute.
    """
    from heed.demo import demo as replayed
    from heed.replay import sentences

    result = replayed(once=once, quiet=json, web_port=web_port)
    if json:
        print(orjson.dumps(result).decode())
        return
    for line in sentences(result):
        say(line, out)


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
    """Decide about interactions: Kafka in, alerts and metrics out, exactly once.

    Creates missing topics, restores its state, and works until SIGTERM or ctrl-C. More workers of
    the same HEED_APP_ID share the partitions.
    """
    from heed.run import run_worker, run_workers

    said: dict[str, Any] = {"bootstrap": bootstrap, "standards": standards, "store": store,
            "state_dir": state_dir, "web_port": web_port}  # fmt: skip
    settings = engine.load(config, **said)
    settings = msgspec.structs.replace(settings, standards=resolved(settings.standards))
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
    until: Annotated[
        str | None, typer.Option(help="Move the clock on to this time, such as 1998-12-31.")
    ] = None,
    diff: Annotated[
        Path | None, typer.Option(help="Another standards.toml: which alerts come and go with it.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The summary on stderr as JSON.")] = False,
) -> None:
    """The same decisions offline, no broker: alerts as JSON lines on standard output.

    They come in the order of decision; progress and a summary go to standard error. With --diff
    there are only the alerts that one of both standards tells: - this one, + the other.
    """
    from heed.replay import Replay, difference, sentences

    began, counts = time.monotonic(), Counts()
    end = None if until is None else instant_of("--until", until)
    house = house_of(standards)
    replayed = Replay(*house)
    other = None if diff is None else Replay(*house._replace(standards=standards_of(diff)))
    values = watched(read(files, format.value, counts), "replaying")
    if other is not None:
        told = difference(replayed, other, list(values), end)
    else:
        told = (output.value for output in replayed.run(values, end))
    for value in told:
        sys.stdout.buffer.write(value + b"\n")
    sys.stdout.buffer.flush()
    result = replayed.summary(time.monotonic() - began)
    if json:
        print(orjson.dumps(result).decode(), file=sys.stderr)
        return
    for line in sentences(result):
        say(line)
    for reason, number in sorted(replayed.rejected.items()):
        say(f"  rejected as {reason}: {number:,}")
    if replayed.events and replayed.rejected["not_json"] == replayed.events:
        say("  not one record is JSON: is it another --format?")
    _print_skipped(counts)


@app.command()
def publish(
    files: Annotated[
        list[str] | None, typer.Argument(help="Files, plain or .gz; - is standard input.")
    ] = None,
    format: Format = Kind.INTERACTIONS,
    rate: Annotated[float | None, typer.Option(min=0.001, help="Records a second.")] = None,
    speed: Annotated[
        float | None,
        typer.Option(min=0.001, help="Event time runs that many times faster; 1 is as it was."),
    ] = None,
    from_rejected: Annotated[
        bool,
        typer.Option("--from-rejected", help="What was rejected, once more, in place of files."),
    ] = False,
    reason: Annotated[str | None, typer.Option(help="Only what was rejected for this.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what was rejected since.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count, and send nothing.")] = False,
    standards: StandardsFile = None,
    bootstrap: Bootstrap = None,
) -> None:
    """Files into Kafka, as fast as it takes them or paced; or after a fix what had been rejected.

    What cannot be taken is sent all the same: the worker puts it into `rejected`, with the reason.
    With --from-rejected each rejected record is sent once more, as it came, exactly once.
    """
    from heed.publish import publish as send
    from heed.resend import resend
    from heed.resend import sentences as sentences_of
    from streams.topics import reach

    if rate and speed:
        raise Unusable("--rate and --speed both set the pace: give one of them")
    if bool(files) == from_rejected:
        raise Unusable("give files to publish, or --from-rejected")
    if not from_rejected and (reason or since or dry_run):
        raise Unusable("--reason, --since and --dry-run go with --from-rejected")
    if from_rejected and (rate or speed):
        raise Unusable("--rate and --speed go with files")
    settings, counts = engine.load(bootstrap=bootstrap), Counts()
    if from_rejected:
        reach(settings)
        begin = None if since is None else instant_of("--since", since)
        for sentence in sentences_of(resend(settings, reason, begin, dry=dry_run), dry=dry_run):
            say(sentence)
        return
    values = watched(read(files or [], format.value, counts), "publishing")
    names = names_of(standards_of(standards or settings.standards))
    reach(settings)
    sent, whole = send(values, settings, rate, speed, names)
    say(f"{sent:,} interactions published to {settings.input_topic}" + ("" if whole else ", ended"))
    _print_skipped(counts)
    if not whole:
        sys.exit(130)


app.command()(asking.explain)
app.command()(asking.alerts)


@app.command()
def check(
    files: Files,
    format: Format = Kind.INTERACTIONS,
    standards: StandardsFile = None,
) -> None:
    """Validate interactions: one line per bad record, exit 1 if there is one."""
    settings = engine.load()
    names = names_of(standards_of(standards or settings.standards))
    bad, total, now = 0, 0, time.time_ns() // 1000
    for where, value in watched(_records(files, format), "checking"):
        total += 1
        try:
            event = decode(value, now)
            if not is_regional(event):
                names.record_key(event)
            if settings.future is not None and event.time > now + settings.future:
                raise from_the_future(event.time, now)
        except Rejected as why:
            bad += 1
            print(f"{where}: {why.reason}: {why.message}")
    sys.stdout.flush()
    say(f"{total:,} records, {bad:,} bad")
    sys.exit(1 if bad else 0)


app.command()(simulate)
app.command()(learn)


@app.command()
def topics(
    bootstrap: Bootstrap = None,
    partitions: Annotated[int | None, typer.Option(min=1, help="Of topics to be made.")] = None,
    replication: Annotated[int | None, typer.Option(min=1, help="Copies of topics.")] = None,
) -> None:
    """Create or verify the topics, those of your teams too: partition counts, compaction, sizes."""
    from agents.customers import team_topics
    from streams.topics import ensure

    settings = engine.load(bootstrap=bootstrap, partitions=partitions, replication=replication)
    settings = msgspec.structs.replace(settings, standards=resolved(settings.standards))
    for found in ensure(settings, roles=team_topics(settings)):
        policy = found.config.get("cleanup.policy", "?")
        size = found.config.get("max.message.bytes", "?")
        say(f"{found.name}: {found.partitions} partitions, {policy}, records to {size} bytes", out)


@app.command()
def standards(
    preset: Annotated[str | None, typer.Option(help="shop, bank, clinic or hotel.")] = None,
    standards: StandardsFile = None,
) -> None:
    """Every standard that holds, with what it means, as a standards.toml to begin with."""
    from heed.standards_command import standards_text

    named = standards if preset or standards else engine.load().standards
    sys.stdout.write(standards_text(preset, named))


@app.command()
def settings() -> None:
    """Every setting with its default, as environment variable."""
    for variable, default, about in engine.described():
        say(f"{variable}={default}  # {about}", out)


def _records(files: list[str], format: Kind) -> Iterator[tuple[str, bytes]]:
    """Where each record is, and the record."""
    if format is not Kind.INTERACTIONS:
        for number, value in enumerate(read(files, format.value), 1):
            yield f"record {number}", value
        return
    for file in files:
        check_file(file)
    for line in lines(files):
        if line.data and not line.data.isspace():
            yield f"{line.file}, line {line.number}", line.data


def _print_skipped(counts: Counts) -> None:
    for reason, number in sorted(counts.skipped.items()):
        say(f"  rows left out as {reason}: {number:,}")


def main() -> None:
    """The entry point."""
    logs.configure(level="warning")
    run(app)

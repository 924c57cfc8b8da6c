"""The commands that ask: `heed explain` and `heed alerts`."""

import sys
from typing import Annotated

import msgspec
import typer

from heed.options import (
    AsJson,
    Bootstrap,
    Format,
    Kind,
    StandardsFile,
    house_of,
    instant_of,
    standards_of,
)
from heed.progress import out, say
from streams import settings as engine


def explain(
    customer: Annotated[
        str, typer.Argument(help="A customer id, or an alias such as email:ann@example.com.")
    ],
    files: Annotated[
        list[str] | None,
        typer.Argument(help="Files to replay, plain or .gz; without any a worker is asked."),
    ] = None,
    format: Format = Kind.INTERACTIONS,
    standards: StandardsFile = None,
    at: Annotated[
        str | None,
        typer.Option(help="As of this time, such as 1998-06-30: from files, else from Kafka."),
    ] = None,
    timeline: Annotated[int, typer.Option(min=0, help="So many moments, the newest.")] = 20,
    worker: Annotated[
        str | None,
        typer.Option(help="The page of any worker; without it, of this machine's."),
    ] = None,
    bootstrap: Bootstrap = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object, for machines.")] = False,
) -> None:
    """What is known of a customer: who, how it stands, what is open, what comes next, and why.

    With files it replays them up to --at. Without, any running worker answers for any customer, and
    the timeline is read from Kafka as far as it is retained; with --at the customer's interactions
    are read there and replayed.
    """
    from agents.explain.explanation import encode
    from heed.explain import from_files, from_kafka, from_worker, rereadable, with_timeline
    from heed.portrait import show

    end = None if at is None else instant_of("--at", at)
    if files:
        values = rereadable(files, format.value)
        made = from_files(customer, values, house_of(standards), end, timeline)
    elif end is not None:
        settings = engine.load(bootstrap=bootstrap)
        made = from_kafka(customer, settings, house_of(standards), end)
    else:
        settings = engine.load(bootstrap=bootstrap)
        address = worker or f"localhost:{max(settings.web_port, 1)}"
        address = address if "://" in address else f"http://{address}"
        answer = from_worker(customer, address, settings.explain_token)
        made = answer.explanation
        if timeline:
            if settings.bootstrap == engine.Settings().bootstrap and answer.bootstrap:
                settings = msgspec.structs.replace(
                    settings, bootstrap=answer.bootstrap, input_topic=answer.topic
                )
            own = standards_of(standards or settings.standards)
            made = with_timeline(made, settings, timeline, own)
    made.timeline = made.timeline[-timeline:] if timeline else []
    made.seen = b""  # for programs that read the topic, not for people
    if json:
        print(encode(made).decode())
    else:
        show(made, out)


def alerts(
    team: Annotated[str | None, typer.Option(help="Only this team's.")] = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="A live list; in a pipe, each state as it is told.")
    ] = False,
    json: AsJson = False,
    bootstrap: Bootstrap = None,
) -> None:
    """Open alerts in the order to work in: critical ones, then what is most at risk.

    Each with its reason and what to do. With --follow the list is kept up to date until ctrl-C.
    """
    from heed.desk import watch
    from heed.inbox import Inbox, is_for, line, table, worklist
    from schemas.alert import encode

    with Inbox(engine.load(bootstrap=bootstrap), team) as inbox:
        if inbox.note is not None:
            say(inbox.note)
        if follow and not json and out.is_terminal:
            watch(inbox, team, out)
            return
        for _ in inbox.present():
            pass
        standing = worklist(inbox.open.values(), team)
        if json:
            for alert in standing:
                print(encode(alert).decode())
        else:
            out.print(table(standing))
        sys.stdout.flush()
        while follow:
            for alert in inbox.read():
                if not is_for(alert, team):
                    continue
                if json:
                    print(encode(alert).decode(), flush=True)
                else:
                    out.print(line(alert), highlight=False, soft_wrap=True)

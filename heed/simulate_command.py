"""`heed simulate` as a command: its options, and what they mean."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.instant import NotAnInstant, instant
from streams.errors import Unusable


def simulate(
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 1,
    customers: Annotated[int, typer.Option(min=0, help="Customers; other parties come too.")] = 500,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long they are watched.")] = 365,
    begin: Annotated[str, typer.Option(help="The first day.")] = "2025-01-01",
    truth: Annotated[
        Path | None, typer.Option(help="Write what is true of them here, as JSON lines.")
    ] = None,
    alias_share: Annotated[
        float,
        typer.Option(min=0, max=1, help="That share comes under an e-mail, number or device."),
    ] = 0.0,
    aliased: Annotated[
        float,
        typer.Option(
            min=0,
            max=1,
            help="That share says no customer_id, as it comes about in life: browsers before the "
            "sign-in, telephones, cards, shared devices; with what links them to customers.",
        ),
    ] = 0.0,
    disorder: Annotated[
        float, typer.Option(min=0, help="They arrive up to so many seconds after their time.")
    ] = 0.0,
    plant: Annotated[
        list[str] | None,
        typer.Option(
            help="A trouble to be found, from a day on: competitor:north@200, bad-branch:market, "
            "bad-product:kettle or broken-step:payment. May be said several times."
        ),
    ] = None,
    noise: Annotated[
        bool, typer.Option("--noise", help="Far more of everything, in all zones and at all hours.")
    ] = False,
) -> None:
    """A made-up company, to try Heed on: interactions as JSON lines on standard output.

    A shop, a phone service, branches, subscriptions, letters and complaints, in all channels and
    of all parties. Its people have hidden truths that no interaction says (who left a cart for
    good, who went to a competitor, who was hurt by a wait): --truth writes them apart, so that
    alerts can be compared with them.

    Try: heed simulate --days 90 --truth truth.jsonl > day.jsonl, then heed replay day.jsonl
    """
    from heed.simulator.command import simulate as made

    try:
        instant(begin)
    except NotAnInstant as why:
        raise Unusable(f"--begin: {why}") from None
    made(
        truth, seed, customers, days,
        begin=begin, alias_share=alias_share, aliased=aliased, disorder=disorder,
        plant=plant or (), noisy=noise,
    )  # fmt: skip

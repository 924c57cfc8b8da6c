"""The page docs/quality.md: a table of figures, and what they mean."""

from collections.abc import Iterator, Sequence
from statistics import fmean

from heed.simulator.baselines import THUMBS
from heed.simulator.measure import Figures, Run, Spread, spread
from heed.simulator.truth import MEANINGS, SIGNALS
from schemas.instant import DAY, HOUR, MINUTE, SECOND

HEAD = """\
# Quality

Made by `make quality`; not written by hand. {seeds} simulated companies (seeds 1 to {seeds}), each
of {customers:,} customers and the other parties over {days:,} days. Figures are the mean over the
companies, ± the standard deviation between them.

- **truths**: how many there are in one company whose time to be noticed is over before its end.
- **precision**: of the alerts, how many are right: what they warn of is true of that customer.
- **recall**: of what is true, how much is noticed in time.
- **delay**: median time from the instant at which it became true to the alert. It is negative where
  the alert comes before it.
- **rule of thumb**: what houses use that do not look at each customer, measured in the same way.

The companies are made by `heed simulate`, whose people have hidden truths. These are drawn from
temper and chance before the interactions that follow from them, never from Heed's rules or
thresholds: rates of buying are gamma distributed, lives end by chance over time, patience and what
hurts differ from person to person and from call to call. So nobody can reach 1.00 where a truth
lies inside a person: two customers who wait equally long are not equally hurt, and a cart that is
left for good looks for a day like one that is slept over. Where a truth is an event (a complaint
taken to the press, a return after months), 1.00 is expected.

Heed runs with its built-in standards: those of `gone_silent` are fitted to CDNOW and not to these
companies, as in a house that has set nothing yet.

"""

LIMITS = """\

## What the truths mean

A signal ought to notice these; the alert must open in the time given, after the truth (and where it
says so, before it).

{meanings}

True as well, and by themselves nothing to notice: an alert that only these explain is a false one.

{others}

## What is not measured

- Signals of groups (queues, branches, markets, products), and those that need a value model.
- `standard_missed`, which a house declares itself. `resolution_unconfirmed` is off by default: its
  figures are those of a house that leaves it off.
- Whether an alert led to anything: nobody in these companies acts on alerts.
- Real people. The simulator is our own picture of them: good for comparing rules and for noticing
  that one got worse, no promise for a real house. Public data is measured in the tests.
"""

_COLUMNS = "precision | recall | delay"


def report(runs: Sequence[Run], seeds: int, customers: int, days: int) -> str:
    """The page, of one run per company."""
    meanings, others = [], []
    for what, meaning in MEANINGS.items():
        named = ", ".join(f"`{signal}`" for signal in meaning.signals)
        line = f"- `{what}`: {meaning.means}"
        if named:
            lead = f", from {span(meaning.lead)} before" if meaning.lead else ""
            meanings.append(f"{line}. {named}, within {span(meaning.within)}{lead}.")
        elif what not in ("known_as", "linked_wrongly", "trouble_planted"):
            others.append(f"{line}.")
    head = HEAD.format(seeds=seeds, customers=customers, days=days)
    limits = LIMITS.format(meanings="\n".join(meanings), others="\n".join(others))
    return head + "\n".join(table(runs)) + "\n" + limits


def table(runs: Sequence[Run]) -> Iterator[str]:
    """The rows, one for each signal that has a truth; "not yet" where Heed lacks the signal."""
    rules = {thumb.signal: thumb.rule for thumb in THUMBS}
    yield f"| signal | truths | {_COLUMNS} | rule of thumb | {_COLUMNS} |"
    yield "|---|---:|---:|---:|---:|---|---:|---:|---:|"
    for signal in SIGNALS:
        many = fmean(run.truths[signal].truths for run in runs)
        own = [run.heed[signal] for run in runs if signal in run.heed]
        thumb = [run.thumb[signal] for run in runs if signal in run.thumb]
        cells = [f"`{signal}`", f"{many:.1f}", *(_figures(own) if own else ["not yet", "", ""])]
        cells += [rules.get(signal, "none"), *(_figures(thumb) if thumb else ["", "", ""])]
        yield f"| {' | '.join(cells)} |"


def _figures(runs: Sequence[Figures]) -> list[str]:
    precision = spread([figures.precision for figures in runs])
    recall = spread([figures.recall for figures in runs])
    delay = spread([figures.delay for figures in runs])
    return [
        _share(precision) or "no alert",
        _share(recall) or "no truth",
        "" if delay is None else f"{span(delay.mean)} ± {span(delay.deviation)}",
    ]


def _share(figure: Spread | None) -> str:
    return "" if figure is None else f"{figure.mean:.2f} ± {figure.deviation:.2f}"


def span(micros: float) -> str:
    """A span of time in the unit that suits it.

    >>> span(90 * MINUTE), span(-3 * DAY), span(0), span(50 * SECOND)
    ('1.5 h', '-3 d', '0 s', '50 s')
    """
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if abs(micros) >= unit:
            return f"{float(f'{micros / unit:.2g}'):g} {name}"
    return f"{float(f'{micros / SECOND:.2g}'):g} s"

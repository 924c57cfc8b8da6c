"""The page docs/quality.md: a table of figures, and what they mean."""

from collections.abc import Iterable, Iterator, Sequence
from statistics import fmean

from heed.simulator.baselines import THUMBS
from heed.simulator.measure import Figures, People, Run, Seed, Spread, spread
from heed.simulator.own_standards import OFTEN_SHARE, OFTEN_TIMES, OWN
from heed.simulator.prose import (
    HEAD,
    LEAVING_HEAD,
    LIMITS,
    LOW,
    OFTEN_HEAD,
    OWN_HEAD,
    OWN_NEXT,
    PEOPLE_HEAD,
    PEOPLE_NEXT,
)
from heed.simulator.truth import (
    CHURN,
    LEAVES_WITHIN,
    MEANINGS,
    OFF_BY_DEFAULT,
    SIGNALS,
    SILENCE,
    SPENDING,
)
from schemas.instant import DAY, HOUR, MINUTE, SECOND

DIFFERENT = ("onboarding_stalled", "captive_dissatisfied", *OFF_BY_DEFAULT)
_COLUMNS = "precision | recall | delay"


def report(seeds: Sequence[Seed], customers: int, days: int) -> str:
    """The page, of one company (and its kin) per seed."""
    meanings, others = [], []
    for what, meaning in MEANINGS.items():
        named = ", ".join(f"`{signal}`" for signal in meaning.signals)
        line = f"- `{what}`: {meaning.means}"
        if named:
            lead = f", from {span(meaning.lead)} before" if meaning.lead else ""
            meanings.append(f"{line}. {named}, within {span(meaning.within)}{lead}.")
        elif what not in ("known_as", "linked_wrongly", "trouble_planted"):
            others.append(f"{line}.")
    shops, often = [seed.shop for seed in seeds], [seed.often for seed in seeds]
    people = [seed.people for seed in seeds]
    head = HEAD.format(seeds=len(seeds), customers=customers, days=days)
    limits = LIMITS.format(meanings="\n".join(meanings), others="\n".join(others))
    few = max(1, round(OFTEN_SHARE * customers))
    aliased = fmean(each.aliased for each in people)
    parts = [
        head, _lines(table(shops)),
        OWN_HEAD.format(own=OWN), _lines(silence(shops)),
        OWN_NEXT, _lines(beside(shops, DIFFERENT)),
        OFTEN_HEAD.format(customers=few, often=OFTEN_TIMES), _lines(beside(often, SPENDING)),
        PEOPLE_HEAD.format(aliased=aliased), _lines(together(people)),
        PEOPLE_NEXT, _lines(churn(people)),
        LOW, LEAVING_HEAD.format(days=LEAVES_WITHIN // DAY), _lines(leaving(shops)),
        limits,
    ]  # fmt: skip
    return "".join(parts)


def _lines(rows: Iterable[str]) -> str:
    return "".join(f"{row}\n" for row in rows)


def table(runs: Sequence[Run]) -> Iterator[str]:
    """The rows, one for each signal that has a truth; "not yet" where Heed lacks the signal.

    With the built-in standards, or the house's own where without them there is no such signal.
    """
    rules = {thumb.signal: thumb.rule for thumb in THUMBS}
    yield f"| signal | truths | {_COLUMNS} | rule of thumb | {_COLUMNS} |"
    yield "|---|---:|---:|---:|---:|---|---:|---:|---:|"
    for signal in SIGNALS:
        many = fmean(run.truths[signal].truths for run in runs)
        which = [run.own if signal in OFF_BY_DEFAULT else run.heed for run in runs]
        own = [figures[signal] for figures in which if signal in figures]
        thumb = [run.thumb[signal] for run in runs if signal in run.thumb]
        cells = [f"`{signal}`", f"{many:.1f}", *(_figures(own) if own else ["not yet", "", ""])]
        cells += [rules[signal], *(_figures(thumb) if thumb else ["", "", ""])]
        yield f"| {' | '.join(cells)} |"


def silence(runs: Sequence[Run]) -> Iterator[str]:
    """Three ways to tell who buys no more, and the rule of thumb."""
    yield "| signal | how it is told | precision | recall | delay |"
    yield "|---|---|---:|---:|---:|"
    rules = {thumb.signal: thumb.rule for thumb in THUMBS}
    for signal in SILENCE:
        ways = {
            "built-in: BG/NBD, as fitted to CDNOW": [run.heed for run in runs],
            "BG/NBD, as fitted to the house": [run.own for run in runs],
            "own gaps": [run.rhythm for run in runs],
            f"rule of thumb: {rules[signal]}": [run.thumb for run in runs],
        }
        for way, figures in ways.items():
            found = _figures([each[signal] for each in figures if signal in each])
            yield f"| `{signal}` | {way} | {' | '.join(found)} |"


def beside(runs: Sequence[Run], signals: Sequence[str]) -> Iterator[str]:
    """The built-in standards, the house's own and the rule of thumb."""
    first = f"built-in: {_COLUMNS} | own: {_COLUMNS} | rule of thumb: precision | recall"
    yield f"| signal | truths | {first} |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|"
    for signal in signals:
        many = fmean(run.truths[signal].truths for run in runs)
        heed = [run.heed[signal] for run in runs if signal in run.heed]
        own = [run.own[signal] for run in runs if signal in run.own]
        thumb = [run.thumb[signal] for run in runs if signal in run.thumb]
        built_in = ["off", "", ""] if signal in OFF_BY_DEFAULT else _figures(heed)
        cells = [f"`{signal}`", f"{many:.1f}", *built_in, *_figures(own), *_figures(thumb)[:2]]
        yield f"| {' | '.join(cells)} |"


def together(people: Sequence[People]) -> Iterator[str]:
    """How well interactions are put together, by the way in which it is done."""
    yield "| put together | precision | recall |"
    yield "|---|---:|---:|"
    for way in people[0].pairs:
        found = [each.pairs[way] for each in people]
        precision = _share(spread([pairs.precision for pairs in found]))
        yield f"| {way} | {precision} | {_share(spread([pairs.recall for pairs in found]))} |"


def churn(people: Sequence[People]) -> Iterator[str]:
    """What signals are worth with and without knowing people."""
    yield (
        "| signal | everybody says who they are: precision | recall | "
        "names linked: precision | recall | nothing linked: precision | recall |"
    )
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for signal in CHURN:
        cells = [f"`{signal}`"]
        for which in (
            [each.known for each in people],
            [each.linked for each in people],
            [each.ignored for each in people],
        ):
            cells += _figures([each[signal] for each in which if signal in each])[:2]
        yield f"| {' | '.join(cells)} |"


def leaving(runs: Sequence[Run]) -> Iterator[str]:
    """Of those alerted, how many left."""
    for name in runs[0].leaving:
        alerts = sum(run.leaving[name][1] for run in runs)
        share = spread([left / of for left, of in (run.leaving[name] for run in runs) if of])
        title = f"`{name}`" if name in SIGNALS else name
        yield f"| {title} | {alerts / len(runs):.1f} | {_share(share)} |"


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

"""An explanation on a screen: plain lines where it is no terminal."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from agents.explain import Ahead, Explanation, Moment, Standing
from agents.explain.remembered import lasting
from heed.inbox import COLOURS, clean
from schemas.instant import instant


def show(made: Explanation, to: Console) -> None:
    """Print it, in colour on a terminal."""
    if to.is_terminal:
        to.print(Group(*_parts(made)))
        return
    for line in lines(made):
        to.print(line, markup=False, highlight=False, soft_wrap=True)


def lines(made: Explanation) -> Iterator[str]:
    """The whole as plain lines."""
    yield title(made)
    yield from (f"  {line}" for line in facts(made))
    yield ""
    yield f"Open alerts: {len(made.alerts) or 'none'}"
    for standing in made.alerts:
        yield from (f"  {line}" for line in _standing(standing))
    yield ""
    yield (
        "What comes, if nothing is heard of them before:"
        if made.ahead
        else ("Nothing is waited for.")
    )
    yield from (f"  {_ahead(made, each)}" for each in made.ahead)
    yield ""
    yield f"Timeline ({made.timeline_note}):"
    yield from (f"  {_moment(each)}" for each in made.timeline)


def title(made: Explanation) -> str:
    """Who it is."""
    names = [f"{kind} {value}" for kind, values in sorted(made.aliases.items()) for value in values]
    who = f"Customer {made.customer_id}" if made.customer_id is not None else "Known as"
    joined = ", ".join(names)
    known = f" ({joined})" if made.customer_id is not None and joined else f" {joined}".rstrip()
    stage = f", {made.stage.replace('_', ' ')}" if made.stage else ""
    return clean(f"{who}{known}{stage}, as of {_short(made.at)}")


def facts(made: Explanation) -> Iterator[str]:
    """What is known of them, one a line; first, why nothing is told of them."""
    if made.excluded_by is not None:
        yield clean(
            f"Excluded by the standards ([exclude] customers has {made.excluded_by}): counted and "
            "remembered, and never alerted."
        )
    scope = {
        "party": made.party if made.party != "customer" else None,
        "brand": made.brand, "branch": made.branch, "region": made.region,
        "segment": made.segment, **made.segments,
    }  # fmt: skip
    said = [f"{name} {value}" for name, value in scope.items() if value]
    if said:
        yield clean(", ".join(said))
    if made.known_since or made.last_seen:
        parts = []
        if made.known_since:
            parts.append(f"known since {_short(made.known_since)} at least")
        if made.last_seen:
            parts.append(f"last heard of {_short(made.last_seen)}")
        yield ", ".join(parts)
    yield from (clean(sentence) for sentence in made.said)


def _standing(alert: Standing) -> Iterator[str]:
    about = f" of {alert.subject}" if alert.subject else ""
    value = alert.value_at_risk
    risk = f", {value.amount:,.2f} {value.currency or ''}".rstrip() + " at risk" if value else ""
    until = f" until {_short(alert.held_until)}" if alert.held_until else ""
    held = f", held back: {alert.suppressed_by}{until}" if alert.suppressed_by else ""
    since = _short(alert.opened_at)
    yield clean(
        f"{alert.signal}{about}, {alert.severity}, for {alert.team}, since {since}{risk}{held}"
    )
    yield clean(f"  why: {alert.reason}")
    if alert.recommended_action is not None:
        yield clean(f"  do: {alert.recommended_action.text}")
    if alert.acknowledged_at:
        by = f" by {alert.acknowledged_by}" if alert.acknowledged_by else ""
        yield clean(f"  acknowledged: {_short(alert.acknowledged_at)}{by}")
    if alert.respond_by:
        yield f"  answer by: {_short(alert.respond_by)}"
    yield clean(f"  clears if: {alert.clears_if}")
    if alert.expires_at:
        yield f"  expires: {_short(alert.expires_at)}"


def _ahead(made: Explanation, each: Ahead) -> str:
    about = f" of {each.subject}" if each.subject else ""
    when = f"{_short(each.time)} ({_distance(made.at, each.time)})"
    what = f"stage {each.signal}" if each.status == "stage" else each.signal + about
    status = {"open": "opens", "notice": "is told", "stage": ""}.get(each.status, f"{each.status}")
    unless = f" Unless: {each.unless}" if each.unless else ""
    if each.suppressed_by:
        unless += f" Held back: {each.suppressed_by}."
    return clean(f"{when} {what} {status}".rstrip() + f": {each.reason}{unless}")


def _moment(each: Moment) -> str:
    channel = f" {each.channel}" if each.channel else ""
    what = f": {each.what}" if each.what else ""
    return clean(f"{_short(each.time)}{channel} {each.type}{what}")


def _distance(now: str, then: str) -> str:
    span = instant(then) - instant(now)
    return f"in {lasting(span)}" if span > 0 else "due"


def _short(time: str) -> str:
    return time[:16].replace("T", " ")


def _parts(made: Explanation) -> Iterator[RenderableType]:
    yield Panel(Text("\n".join(facts(made))), title=Text(title(made), "bold"), title_align="left")
    if made.alerts:
        open_ones = Text()
        for standing in made.alerts:
            head, *rest = _standing(standing)
            open_ones.append(head + "\n", COLOURS.get(standing.severity, ""))
            open_ones.append("\n".join(rest) + "\n")
        open_ones.rstrip()
        yield Panel(open_ones, title=f"open alerts: {len(made.alerts)}", title_align="left")
    if made.ahead:
        coming = Text()
        for each in made.ahead:
            head, _, why = _ahead(made, each).partition(": ")
            coming.append(head + "\n", "bold")
            coming.append(f"  {why}\n")
        coming.rstrip()
        yield Panel(coming, title="what comes, if nothing is heard before", title_align="left")
    past = Table(box=None, show_header=False, padding=(0, 1, 0, 0))
    past.add_column(no_wrap=True, style="dim")
    for _ in range(3):
        past.add_column()
    for one in made.timeline:
        cells = (one.channel or "", one.type, one.what)
        past.add_row(_short(one.time), *(Text(clean(cell)) for cell in cells))
    yield Panel(past, title=Text(f"timeline: {made.timeline_note}"), title_align="left")

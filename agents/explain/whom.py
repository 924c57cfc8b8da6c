"""Which rows somebody may mean by what they type: a customer id, a row key, an alias."""

from agents.identity import STRENGTH, normalised


def candidates(asked: str) -> list[str]:
    """The row keys that may be meant, the likeliest first.

    >>> candidates("c:7"), candidates("email: Ann@Example.com")[0]
    (['c:7', 'c:c:7'], 'email:ann@example.com')
    >>> candidates("ann@example.com")[:2]
    ['c:ann@example.com', 'email:ann@example.com']
    """
    asked = asked.strip()
    kind, colon, value = asked.partition(":")
    if colon and value:
        name = value if kind == "c" else normalised(kind, value)
        typed = [] if name is None else [f"{kind}:{name}"]
        return [*typed, f"c:{asked}"]
    found = [f"c:{asked}"] if asked else []
    for alias in STRENGTH:
        name = normalised(alias, asked)
        if name and (alias != "phone" or name == asked or name.startswith("+")):
            found.append(f"{alias}:{name}")
    return found

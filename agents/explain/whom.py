"""Which rows somebody may mean by what they type: a customer id, a row key, an alias."""

from agents.identity import STRENGTH, Names

_PLAIN = Names()


def candidates(asked: str, names: Names = _PLAIN) -> list[str]:
    """The row keys that may be meant, the likeliest first; `names` are the house's.

    >>> candidates("c:7"), candidates("email: Ann@Example.com")[0]
    (['c:7', 'c:c:7'], 'email:ann@example.com')
    >>> candidates("ann@example.com")[:2]
    ['c:ann@example.com', 'email:ann@example.com']
    """
    asked = asked.strip()
    kind, colon, value = asked.partition(":")
    if colon and value:
        typed = asked if kind == "c" else names.key(kind, value)
        return [f"c:{asked}"] if typed is None else [typed, f"c:{asked}"]
    found = [f"c:{asked}"] if asked else []
    for alias in sorted(STRENGTH, key="email".__ne__) if "@" in asked else STRENGTH:
        key = names.key(alias, asked)
        # Digits alone are rather an id, and an address is no number.
        if key is not None and (alias != "phone" or asked.startswith("+")):
            found.append(key)
    return found

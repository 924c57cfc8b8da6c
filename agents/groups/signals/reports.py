"""What a signal with several subjects in one group has told, and what is back since."""

from schemas.trends import MAX_APART, Apart


def is_away(told: list[Apart], subject: str) -> bool:
    """Whether that was told, and has not come back."""
    return any(each.subject == subject and not each.back for each in told)


def may_tell(told: list[Apart], subject: str, now: int, cool_down: int) -> bool:
    """Whether it may be told at `now`: neither away already nor told within the cool-down."""
    return all(
        each.subject != subject or (each.back and now >= each.at + cool_down) for each in told
    )


def tell(told: list[Apart], subject: str, now: int) -> None:
    """It is told now; of more than 64 the one told longest ago is forgotten."""
    told[:] = [each for each in told if each.subject != subject][1 - MAX_APART :]
    told.append(Apart(subject, now))


def back(told: list[Apart], subject: str) -> None:
    """It is like the others again."""
    for each in told:
        if each.subject == subject:
            each.back = True

"""What put a State where it is in the ranking."""

from tests.service.visits.actors import Body


def factor(standing: Body, name: str) -> Body:
    """One of the factors of a State's rank."""
    return next(dict(part) for part in standing["factors"] if part["factor"] == name)

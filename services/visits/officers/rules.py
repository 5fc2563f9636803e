"""Who may say what of an officer (¶4)."""

from collections.abc import Collection


def may_declare(caller: str, officer: str | None, roles: Collection[str]) -> bool:
    """Whether the caller may declare a conflict of the officer with this subject claim.

    The officer may, and a lead for experts who have no access of their own.
    """
    return "cted_lead" in roles or caller == officer

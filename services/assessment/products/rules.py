"""The way of a product from draft to publication and after, and how a search reads Chinese."""

import re
from collections.abc import Mapping, Sequence

FREE_STEPS: Mapping[str, tuple[str, ...]] = {
    "draft": ("in_review",),
    "in_review": ("draft", "approved"),
    "approved": ("draft", "published"),
    "published": ("superseded", "withdrawn"),
    "superseded": ("withdrawn",),
    "withdrawn": (),
}
"""The steps allowed from each state of a product; what a review returns is a draft again."""

DECIDED: Mapping[str, str] = {"returned": "draft", "approved": "approved"}
"""The state that a review's outcome leads to; a comment leads to none."""


def faults_of_review(outcome: str, comment: str) -> list[tuple[str, str]]:
    """What is wrong with a review: (field, what to do); only an approval needs no words."""
    if outcome != "approved" and not comment:
        return [("comment", "Say what you remark, or what is to be changed.")]
    return []


def announced_title(title: str, kind: str, audience: str) -> str:
    """What an event calls a product: its kind alone unless it is public (¶23).

    Topics are read widely, so the title is for those whom the product is for.
    """
    return title if audience == "public" else kind.replace("_", " ").capitalize()


def parts_of(search: str) -> list[str]:
    """The parts of a search that a Chinese text must hold, each as it is written.

    Chinese is written without spaces and PostgreSQL does not divide it into words, so what stands
    between spaces is found as it is, anywhere in the text. Quotation marks count as spaces.
    """
    return re.sub(r'["“”「」]', " ", search).split()


def marked(excerpt: str, parts: Sequence[str]) -> str:
    """The excerpt with each part of the search in bold, as Markdown has it; capitals are alike."""
    if not parts:
        return excerpt
    longest_first = sorted(parts, key=len, reverse=True)
    found = "|".join(re.escape(part) for part in longest_first)
    return re.sub(found, r"**\g<0>**", excerpt, flags=re.IGNORECASE)

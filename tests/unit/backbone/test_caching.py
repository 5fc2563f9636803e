"""A caller that has a copy already is told so, and nobody else is."""

import pytest

from shared.caching import unchanged


@pytest.mark.parametrize(
    ("sent", "tag"),
    [
        ('"a1"', '"a1"'),
        ('W/"a1"', '"a1"'),
        ('"a1"', 'W/"a1"'),
        ('"b2", W/"a1"', 'W/"a1"'),
        ("*", '"a1"'),
    ],
)
def test_a_copy_that_the_caller_has_is_not_sent_again(sent: str, tag: str) -> None:
    answer = unchanged(sent, tag)
    assert answer is not None
    assert (answer.status_code, answer.headers["etag"], answer.body) == (304, tag, b"")


@pytest.mark.parametrize("sent", [None, "", '"b2"', '"a11"', '"ba1"', '"b2", "c3"'])
def test_another_copy_is_sent(sent: str | None) -> None:
    assert unchanged(sent, '"a1"') is None

"""What `relevant` may say, and what it means."""

import pytest

from services.assessment.instruments.files.expressions import (
    NotSupportedError,
    condition_of,
    number,
)
from services.assessment.instruments.rules import Condition

YES = Condition("A", is_any_of=("yes",))
PICKED = Condition("B.2", is_any_of=("x",))


@pytest.mark.parametrize(
    ("expression", "condition"),
    [
        ("${A}='yes'", YES),
        ('(( ${ A } = "yes" ))', YES),
        ("selected(${B.2},'x')", PICKED),
        ("${A} = 'yes' or ${A} = 'no'", Condition("A", is_any_of=("yes", "no"))),
        ("${N} >= -1.50 and ${N} <= .5", Condition("N", at_least=-1.5, at_most=0.5)),
        ("${N} = 3", Condition("N", at_least=3, at_most=3)),
        (". >= 0", Condition(".", at_least=0)),
        (
            "${N} >= 1 and ${N} = 'none'",
            Condition(all=(Condition("N", at_least=1), Condition("N", is_any_of=("none",)))),
        ),
        ("${A} = 'yes' and selected(${B.2}, 'x')", Condition(all=(YES, PICKED))),
        (
            "${A} = 'yes' or selected(${B.2}, 'x') and ${N} <= 2",
            Condition(any=(YES, Condition(all=(PICKED, Condition("N", at_most=2))))),
        ),
        (
            "(${A} = 'yes' or selected(${B.2}, 'x')) and ${N} <= 2",
            Condition(all=(Condition(any=(YES, PICKED)), Condition("N", at_most=2))),
        ),
        ("(${A} = 'yes') or (${A} = 'yes')", Condition(any=(YES, YES))),
        ("(${A} = 'yes') and true()", Condition(all=(YES,))),
        ("(${A} = 'yes') or false()", Condition(any=(YES,))),
    ],
)
def test_what_is_supported(expression: str, condition: Condition) -> None:
    assert condition_of(expression) == condition


@pytest.mark.parametrize(
    "expression",
    [
        "",
        "yes",
        "${A}",
        "${A} = ",
        "${A} != 'no'",
        "${N} > 3",
        "'yes' = ${A}",
        "not(${A} = 'yes')",
        "${A} = ${B}",
        "${A} = 'yes",
        "${A} = 'yes' or",
        "(${A} = 'yes'",
        "${A} = 'yes')",
        "${A} = 'yes' and false()",
        "${A} = 'yes' or true()",
        "true()",
        "true() and true()",
        "count-selected(${A}) = 1",
        "${A} = 'yes' ${A} = 'no'",
        "string-length(${A}) >= 1",
        "${A} = 'yes' | ${B} = 'no'",
        "(" * 60 + "${A} = 'yes'" + ")" * 60,
        "(" * 30_000,
    ],
)
def test_what_is_not(expression: str) -> None:
    with pytest.raises(NotSupportedError):
        condition_of(expression)


@pytest.mark.parametrize(
    ("value", "text"), [(1e20, "100000000000000000000"), (1e-7, "0.0000001"), (5.0, "5")]
)
def test_numbers_have_no_exponent(value: float, text: str) -> None:
    assert number(value) == text
    assert float(text) == value

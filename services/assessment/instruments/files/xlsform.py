"""What our XLSForms hold beside what every XLSForm holds, and how kinds of questions are asked.

pyxform, and with it KoboToolbox and ODK, passes over the columns that begin with `ctc_`.
"""

from collections.abc import Mapping

from services.assessment.instruments.rules import NOT_APPLICABLE, YES_NO_PARTIAL, QuestionKind

KIND, THEME, PROVISIONS, WEIGHT = "ctc_kind", "ctc_theme", "ctc_provisions", "ctc_weight"
TAGS, UNIT, CODE = "ctc_tags", "ctc_unit", "ctc_code"
VALUE = "ctc_value"
TOOL, NOTICE = "ctc_tool", "ctc_notice"

SURVEY = (
    *("type", "name", "label", "hint", "required", "relevant"),
    *("constraint", "constraint_message"),
    *(KIND, THEME, PROVISIONS, WEIGHT, TAGS, UNIT, CODE),
)
CHOICES = ("list_name", "name", "label", VALUE)
SETTINGS = ("form_title", "form_id", "version", TOOL, NOTICE)

APPLICABILITY = "applicability"
"""The kind of the row before a number, where one says that it does not apply."""
APPLICABLE = "applicable"
NOT_APPLICABLE_LABEL = "Not applicable"
APPLICABLE_LABELS: Mapping[str, str] = {
    APPLICABLE: "Applicable: the number follows",
    NOT_APPLICABLE: NOT_APPLICABLE_LABEL,
}
YES_NO_PARTIAL_LABELS: Mapping[str, str] = {
    **{code: code.capitalize() for code in YES_NO_PARTIAL},
    NOT_APPLICABLE: NOT_APPLICABLE_LABEL,
}
ALONE = f"not(selected(., '{NOT_APPLICABLE}')) or count-selected(.) = 1"
"""The constraint of a question that takes several choices."""

ASKED_BY: Mapping[QuestionKind, tuple[str, ...]] = {
    QuestionKind.YES_NO_PARTIAL: ("select_one",),
    QuestionKind.SCALE: ("select_one",),
    QuestionKind.NUMBER: ("decimal", "integer"),
    QuestionKind.CHOICE: ("select_one", "select_multiple"),
    QuestionKind.TEXT: ("text",),
    QuestionKind.DOCUMENT: ("text", "file"),
}
"""The types of a form by which each kind may be asked; the first is what we write."""

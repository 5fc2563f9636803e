"""Charts as SVG, for the PDF, and as PNG, for the DOCX."""

import io
from collections.abc import Mapping, Sequence
from typing import Literal

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from services.assessment.documents.rules import SEVERITIES
from services.assessment.documents.schemas import Round, ScoreLine

ImageFormat = Literal["svg", "png"]
_BLUE, _GREY = "#1f5c99", "#8a94a0"
_OF_SEVERITY = {"critical": "#8c1c13", "high": "#d1603d", "medium": "#e9b44c", "low": "#b8c4bb"}
# For all charts alike, and once: the settings are the process's, and charts are drawn in threads.
mpl.rcParams.update(
    {
        "font.size": 9,
        # The State's name and the themes come from data: nothing in them is a formula.
        "text.parse_math": False,
        "axes.spines.top": False,
        "axes.spines.right": False,
        # The same figures make the same file.
        "svg.hashsalt": "ctc",
    }
)


def implementation_by_theme(scores: Sequence[ScoreLine], form: ImageFormat) -> bytes:
    """A bar for each theme, with the interval that what is not answered leaves open."""
    figure, axes = _canvas(0.32 * len(scores) + 0.7)
    lines = list(reversed(scores))
    for row, line in enumerate(lines):
        if line.score is not None:
            axes.barh(row, line.score, color=_BLUE, height=0.62)
        axes.plot([line.low, line.high], [row, row], color="black", linewidth=1)
        axes.plot([line.low, line.high], [row, row], "|", color="black", markersize=6)
    axes.set_yticks(range(len(lines)), [line.name for line in lines])
    _as_share(axes, "x")
    return _drawn(figure, form)


def implementation_over_time(rounds: Sequence[Round], form: ImageFormat) -> bytes:
    """The overall score of each assessment, with its interval."""
    figure, axes = _canvas(2.2)
    days = [one.completed_on.toordinal() for one in rounds]
    scores = [one.overall.score or 0.0 for one in rounds]
    low = [one.overall.low for one in rounds]
    high = [one.overall.high for one in rounds]
    axes.fill_between(days, low, high, color=_GREY, alpha=0.3, linewidth=0)
    axes.plot(days, scores, marker="o", color=_BLUE)
    axes.set_xticks(days, [f"{one.completed_on:%Y-%m-%d}" for one in rounds])
    _as_share(axes, "y")
    return _drawn(figure, form)


def gaps_by_theme(counted: Mapping[str, Mapping[str, int]], form: ImageFormat) -> bytes:
    """A stacked bar for each theme: how many gaps of each severity."""
    figure, axes = _canvas(0.32 * len(counted) + 1.0)
    themes = list(counted)[::-1]
    left = [0] * len(themes)
    for severity in SEVERITIES:
        widths = [counted[theme].get(severity, 0) for theme in themes]
        axes.barh(
            range(len(themes)), widths, left=left, height=0.62,
            color=_OF_SEVERITY[severity], label=severity,
        )  # fmt: skip
        left = [before + width for before, width in zip(left, widths, strict=True)]
    axes.set_yticks(range(len(themes)), themes)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    figure.legend(frameon=False, ncols=4, loc="outside lower center")
    return _drawn(figure, form)


def _canvas(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(6.6, height), layout="constrained")
    return figure, figure.add_subplot()


def _as_share(axes: Axes, along: Literal["x", "y"]) -> None:
    axes.set(**{f"{along}lim": (0, 1.02)})
    ticks = [0, 0.25, 0.5, 0.75, 1]
    axis = axes.xaxis if along == "x" else axes.yaxis
    axis.set_ticks(ticks, [f"{tick:.0%}" for tick in ticks])
    axes.grid(axis=along, color=_GREY, alpha=0.3)
    axes.set_axisbelow(True)


def _drawn(figure: Figure, form: ImageFormat) -> bytes:
    file = io.BytesIO()
    metadata = {"Date": None} if form == "svg" else {}
    figure.savefig(file, format=form, dpi=200, metadata=metadata)
    return file.getvalue()

"""The sheets of a form: rows with named cells, and what is wrong with them."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.assessment.instruments.files.workbook import Row
from shared.errors import FieldError


@dataclass(frozen=True, slots=True)
class Line:
    """A row of a sheet below its heads."""

    sheet: "Sheet"
    number: int
    cells: Mapping[str, str]

    def get(self, column: str) -> str:
        """The text of the cell, without space around it; empty where there is none."""
        return self.cells.get(column, "").strip()

    def fault(self, column: str, message: str) -> FieldError:
        """What is wrong with a cell of the row."""
        at = self.sheet.heads.get(column, column)
        return FieldError(field=f"{self.sheet.name}.{self.number}.{at}", message=message)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet whose first row names its columns."""

    name: str
    heads: Mapping[str, str] = field(default_factory=dict)
    """The columns' names as they stand there, by their names as we know them."""
    columns: Mapping[int, str] = field(default_factory=dict)
    rows: tuple[Row, ...] = ()
    first: int = 1

    @classmethod
    def of(cls, name: str, rows: list[Row]) -> "Sheet":
        """The sheet of these rows."""
        if not rows:
            return cls(name)
        first, cells = rows[0]
        columns = {number: _known(text) for number, text in cells.items()}
        heads = {known: cells[number].strip() for number, known in columns.items()}
        return cls(name, heads, columns, tuple(rows[1:]), first)

    def __iter__(self) -> Iterator[Line]:
        for number, cells in self.rows:
            named = {self.columns[at]: text for at, text in cells.items() if at in self.columns}
            if named:
                yield Line(self, number, named)

    def fault(self, column: str, message: str) -> FieldError:
        """What is wrong with a whole column."""
        return FieldError(field=f"{self.name}.{self.first}.{column}", message=message)

    def faults(self) -> Iterator[FieldError]:
        """Columns that are there twice."""
        for column, count in Counter(self.columns.values()).items():
            if count > 1:
                yield self.fault(column, "The column is there twice; leave one of them out.")


_ALIASES = {"relevance": "relevant", "calculate": "calculation", "caption": "label"}


def _known(head: str) -> str:
    name = "_".join(head.lower().split())
    return _ALIASES.get(name, name)

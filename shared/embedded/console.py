"""How the walk shows on a terminal."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from shared.auth import Role

_CHAPTERS = 9


class ConsoleNarrator:
    """Prints each observed step above a progress bar."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("Walking the cycle", total=_CHAPTERS)
        self._begun = 0

    def __enter__(self) -> "ConsoleNarrator":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def chapter(self, title: str) -> None:
        """A new part of the cycle begins."""
        self._progress.update(self._task, completed=self._begun)
        self._begun += 1
        self._console.print(f"\n[bold]{title}[/bold]")

    def tell(self, line: str) -> None:
        """One thing happened and was observed."""
        self._console.print(f"  [green]✓[/green] {line}", highlight=False, soft_wrap=True)

    def ranking(self, ranks: list[dict[str, Any]], names: Mapping[str, str]) -> None:
        """Show the first of a ranking with what put them there."""
        table = Table(box=None, padding=(0, 1))
        for heading in ("", "State", "score", "what counts most"):
            table.add_column(heading)
        for rank in ranks:
            best = max(rank["factors"], key=lambda factor: factor["contribution"])
            state = f"{names[rank['member_state']]} ({rank['member_state']})"
            table.add_row(str(rank["position"]), state, f"{rank['score']:.2f}", best["because"])
        self._console.print(table)


def summary_table(facts: Mapping[str, str]) -> Table:
    """What happened."""
    table = Table(title="What happened", show_header=False, title_justify="left")
    for name, fact in facts.items():
        table.add_row(name, fact)
    return table


def events_table(counts: Mapping[str, Counter[str]]) -> Table:
    """How many events are on each topic."""
    table = Table(title="Events on the broker", title_justify="left")
    table.add_column("Topic")
    table.add_column("Events", justify="right")
    table.add_column("By type")
    for topic, types in counts.items():
        named = ", ".join(f"{kind.split('.')[4]} {n}" for kind, n in sorted(types.items()))
        table.add_row(topic, str(types.total()), named or "none, as it should be")
    return table


def addresses_table(urls: Mapping[str, str]) -> Table:
    """Where to look."""
    table = Table(title="Where to look", title_justify="left")
    for heading in ("Service", "Address", "Interactive API", "OpenAPI", "Metrics"):
        table.add_column(heading, overflow="fold")
    for name, url in urls.items():
        table.add_row(name, url, f"{url}/docs", f"{url}/openapi.json", f"{url}/metrics")
    return table


def claims_of(role: Role) -> dict[str, str]:
    """The claims of the example token of a role."""
    if role is Role.MEMBER_STATE:
        return {"member_state": "KEN"}
    if role is Role.PARTNER:
        return {"organisation": "UNODC"}
    return {}

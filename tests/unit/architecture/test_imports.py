"""Arrows point one way: the import rules of pyproject.toml hold, and each of them bites."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
WHAT_PYTHON_IMPORTS = shutil.ignore_patterns("__pycache__", "versions", "data")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The project's code, to be spoilt."""
    for package in ("services", "shared"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=WHAT_PYTHON_IMPORTS)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_projects_imports_keep_every_rule() -> None:
    checked = lint_imports(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("module", "imported", "rule"),
    [
        ("services/visits/handlers.py", "services.assessment.gaps.service", "Services know each"),
        ("services/visits/consents/models.py", "services.assistance.main", "Services know each"),
        ("services/visits/events.py", "services.assessment.events", "An events module stands"),
        ("services/visits/events.py", "services.visits.consents.models", "An events module stands"),
        ("shared/embedded/run.py", "services.visits.main", "Shared knows no service"),
        ("services/visits/consents/rules.py", "pydantic", "Rules stand on nothing"),
        ("services/visits/consents/rules.py", "shared.clock", "Rules stand on nothing"),
        (
            "services/visits/consents/rules.py",
            "services.visits.consents.models",
            "Rules stand on nothing",
        ),
        (
            "services/visits/consents/models.py",
            "services.visits.consents.service",
            "Models import no",
        ),
        (
            "services/visits/consents/service.py",
            "services.visits.missions.router",
            "Routers and handlers",
        ),
        (
            "services/visits/reports/stages.py",
            "services.visits.reports.steps_router",
            "Routers and handlers",
        ),
        ("services/visits/consents/ending.py", "services.visits.handlers", "Routers and handlers"),
        ("shared/documents/files.py", "shared.operations", "Shared is built in layers"),
        ("shared/texts.py", "shared.auth", "Shared is built in layers"),
        ("shared/errors/problems.py", "shared.auth", "Shared is built in layers"),
        ("shared/telemetry/context.py", "shared.errors", "Shared is built in layers"),
        ("shared/database/base.py", "shared.app", "Shared is built in layers"),
    ],
)
def test_a_forbidden_import_is_found(copy: Path, module: str, imported: str, rule: str) -> None:
    spoilt = copy / module
    spoilt.write_text(f"{spoilt.read_text('utf-8')}\nimport {imported}\n", "utf-8")
    checked = lint_imports(copy)
    broken = [line for line in checked.stdout.splitlines() if "BROKEN" in line]
    assert checked.returncode == 1
    assert any(line.startswith(rule) for line in broken), checked.stdout

"""Rules of the whole suite; each folder's own fixtures are beside its tests."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

TESTS = Path(__file__).parent
WITH_ONE_STACK = {"service", "journeys", "faults", "contract"}
"""The folders whose packages share what they start: the tests of each go to one worker."""

# How fast an example runs says more of the machine than of the code.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of one stack together, where several workers share the suite."""
    for item in items:
        folder = item.path.parent.relative_to(TESTS)
        if folder.parts and folder.parts[0] in WITH_ONE_STACK:
            item.add_marker(pytest.mark.xdist_group(str(folder)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A report goes from worker to runner as UTF-8; what a test logged need not be."""
    report = yield
    report.sections = [
        (name, text.encode(errors="backslashreplace").decode()) for name, text in report.sections
    ]
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a failure: what is required must have run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") and exitstatus == 0 and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED

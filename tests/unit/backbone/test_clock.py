"""The settable clock: one for all processes, of development only."""

import multiprocessing
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from shared.app import Settings
from shared.clock import FileClock, SystemClock

A_YEAR = timedelta(days=365)


def near(one: datetime, other: datetime) -> bool:
    return abs(one - other) < timedelta(seconds=5)


def test_without_a_setting_it_is_the_machines_clock(tmp_path: Path) -> None:
    assert near(FileClock(tmp_path / "clock.json").now(), SystemClock().now())


def test_what_one_sets_all_see_at_once(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "clock.json"
    clocks = [FileClock(path) for _ in range(3)]
    for n in range(200):  # many within one tick of the file system's own clock
        instant = datetime.now(UTC) + n * A_YEAR
        clocks[n % 3].set(instant)
        assert all(near(clock.now(), instant) for clock in clocks)
        assert all(clock.today() == clock.now().date() for clock in clocks)
    assert [file.name for file in path.parent.iterdir()] == ["clock.json"]


def test_a_setting_within_the_same_tick_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    writer, reader = FileClock(path), FileClock(path)
    writer.set(datetime.now(UTC))
    tick = path.stat().st_mtime_ns
    reader.now()
    writer.set(datetime.now(UTC) + A_YEAR)
    os.utime(path, ns=(tick, tick))
    assert near(reader.now(), datetime.now(UTC) + A_YEAR)


def _set_often(path: Path) -> None:
    clock = FileClock(path)
    for n in range(300):
        clock.set(datetime.now(UTC) + n * timedelta(days=1))


def test_a_reader_never_meets_half_a_setting(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    reader = FileClock(path)
    setting = multiprocessing.get_context("spawn").Process(target=_set_often, args=(path,))
    setting.start()
    while setting.is_alive():
        assert reader.now() >= datetime.now(UTC) - timedelta(seconds=5)
    setting.join()
    assert setting.exitcode == 0
    assert near(reader.now(), datetime.now(UTC) + timedelta(days=299))


def test_a_file_that_is_gone_is_the_machines_clock_again(tmp_path: Path) -> None:
    path = tmp_path / "clock.json"
    clock = FileClock(path)
    clock.set(datetime.now(UTC) + A_YEAR)
    clock.now()
    path.unlink()
    assert near(clock.now(), datetime.now(UTC))


def settings(**changes: object) -> Settings:
    known: dict[str, object] = {
        "service": "visits",
        "database_url": "postgresql+asyncpg://u:p@host/d",
        "kafka_bootstrap_servers": "kafka:9092",
        "oidc_issuer": "https://issuer.test",
        "oidc_jwks_url": "https://issuer.test/jwks.json",
        **changes,
    }
    return Settings.model_validate(known)


def test_production_refuses_the_settable_clock(tmp_path: Path) -> None:
    assert settings().environment == "production"
    with pytest.raises(ValidationError, match="CLOCK_FILE"):
        settings(clock_file=tmp_path / "clock.json")
    development = settings(environment="development", clock_file=tmp_path / "clock.json")
    assert development.clock_file is not None

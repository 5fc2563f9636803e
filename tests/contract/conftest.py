"""The documents as the code of today makes them."""

from pathlib import PurePosixPath
from typing import Any

import pytest

from shared.contracts.documents import documents


@pytest.fixture(scope="package")
def made() -> dict[PurePosixPath, dict[str, Any]]:
    return documents()

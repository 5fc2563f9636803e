"""`python -m shared.contracts`: write the OpenAPI and AsyncAPI documents into `docs/`."""

import sys
from pathlib import Path

from shared.contracts.documents import broken_promises, documents, write

DOCS = Path(__file__).parents[2] / "docs"


def main(folder: Path = DOCS) -> None:
    """Write all documents, or none where a released event would shrink."""
    made = documents()
    faults = list(broken_promises(made, folder))
    if faults:
        sys.exit("\n".join(faults))
    write(made, folder)


if __name__ == "__main__":
    main()

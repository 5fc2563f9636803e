"""`python -m shared.app.serve <module:factory> --port N`: one service under uvicorn.

On SIGTERM open requests are answered, consumer and relay are drained, and the exit status is 0.
"""

import argparse
import signal
import sys

import uvicorn

_OPEN_REQUESTS_SECONDS = 10


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("factory", help="such as services.visits.main:create_app")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    # Uvicorn raises the signal again when it has stopped in order; that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        arguments.factory,
        factory=True,
        host=arguments.host,
        port=arguments.port,
        access_log=False,
        timeout_graceful_shutdown=_OPEN_REQUESTS_SECONDS,
    )


if __name__ == "__main__":
    main()

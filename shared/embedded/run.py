"""`python -m shared.embedded.run`: start everything, walk the main job, stay up."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

import httpx
from rich.console import Console

from shared.auth import Role
from shared.embedded.console import (
    ConsoleNarrator,
    addresses_table,
    claims_of,
    events_table,
    summary_table,
)
from shared.embedded.event_log import EventLog
from shared.embedded.stack import Ports, Stack, StackError
from shared.embedded.walk import WalkFailedError, World, walk_the_cycle
from shared.events.topics import SERVICES, dead_letter_topic_of, topic_of

_LOOK_AFTER_SECONDS = 1.0


async def _watch(stack: Stack) -> None:
    """Fail as soon as a process has ended that should not."""
    while True:
        stack.check()
        await asyncio.sleep(_LOOK_AFTER_SECONDS)


async def _walk(stack: Stack, console: Console) -> None:
    events = EventLog(stack.bootstrap_servers)
    async with httpx.AsyncClient(timeout=30) as http:
        with ConsoleNarrator(console) as narrator:
            world = World(stack.urls, stack.token, events, narrator, http)
            await walk_the_cycle(world)
    topics = [topic_of(name) for name in SERVICES]
    counts = await events.count([*topics, *map(dead_letter_topic_of, SERVICES)])
    console.print()
    console.print(summary_table(world.facts))
    console.print(events_table(counts))
    if dead := sum(counts[dead_letter_topic_of(name)].total() for name in SERVICES):
        raise WalkFailedError(f"{dead} events could not be consumed; see /v1/operations")


async def _run(stack: Stack, console: Console, *, once: bool) -> None:
    with console.status("Starting PostgreSQL, broker, issuer and four services…"):
        await stack.__aenter__()
    try:
        console.print("PostgreSQL, broker, issuer and four services are up.")
        watching = asyncio.create_task(_watch(stack))
        walking = asyncio.create_task(_walk(stack, console))
        done, _ = await asyncio.wait((watching, walking), return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        if not once:
            _say_where(stack, console)
            await watching
    finally:
        with console.status("Stopping every process…"):
            await stack.__aexit__(None, None, None)


def _say_where(stack: Stack, console: Console) -> None:
    console.print(addresses_table(stack.urls))
    console.print("\n[bold]Development tokens[/bold], one for each role:")
    for role in Role:
        claims = claims_of(role)
        about = f" ({', '.join(claims.values())})" if claims else ""
        console.print(f"{role}{about}:", style="bold")
        console.print(stack.token(role, **claims), soft_wrap=True, highlight=False)
    console.print(f"\nLogs and data are in {stack.run_directory}. Ctrl-C stops everything.")


def main() -> int:
    """Run; the exit status is 0 only if every step's outcome was observed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--once", action="store_true", help="exit after the walk")
    parser.add_argument(
        "--directory", type=Path, default=Path(".run"), help="where logs and data are kept"
    )
    parser.add_argument(
        "--first-port", type=int, default=8100, help="the first of six free ports in a row"
    )
    arguments = parser.parse_args()
    stack = Stack(arguments.directory, Ports.from_first(arguments.first_port))
    console = Console()
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # the broker is waited for, and said
    # An interrupt while processes start is answered like any other: in order, nothing left.
    # A shell starts what runs in its background with interrupts ignored: taken back here.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        asyncio.run(_run(stack, console, once=arguments.once))
    except (StackError, WalkFailedError, RuntimeError) as error:
        console.print(f"[red]Failed:[/red] {error}", soft_wrap=True, markup=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())

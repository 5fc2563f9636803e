"""`python -m tests.service.backbone.replica <url>`: does what is due, until it is killed."""

import asyncio
import sys

from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine

from shared.clock import SystemClock
from shared.scheduling import JobRunner
from tests.service.backbone.notebook import do


async def main(database_url: str) -> None:
    engine = create_async_engine(database_url)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    await JobRunner("visits", {"copy": do}, sessions, SystemClock()).run()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))

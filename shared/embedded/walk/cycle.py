"""The yearly cycle, in the order of the mandate."""

from shared.embedded.walk import assessing, assisting, following_up, notifying, reference, visiting
from shared.embedded.walk.world import World


async def walk_the_cycle(world: World) -> None:
    """Walk it whole; every step's outcome is observed before the next.

    Raises:
        WalkFailedError: an outcome was not observed.
    """
    await reference.load(world)
    await assisting.withdraw_offers(world)
    async with notifying.registered_webhooks(world) as webhooks:
        assessed = await assessing.assess(world)
        visited = await visiting.visit(world, assessed)
        helped = await assisting.match(world, assessed, visited)
        await following_up.a_year_later(world, visited, assessed)
        await assisting.complete(world, helped)
        await assessing.assess_again(world, helped.member_state, helped.project_id)
        await notifying.everyone_was_told(world, webhooks, visited, helped)

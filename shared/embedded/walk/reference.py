"""Step 1: the reference data."""

from shared.embedded.walk.world import WalkFailedError, World

_EXPECTED = {"member_states": 193, "resolutions": 31, "themes": 13}


async def load(world: World) -> None:
    """Load Member States, resolutions and themes into every service."""
    world.narrator.chapter("Reference data")
    for service in world.urls:
        operator = world.api(service, "operator")
        await operator.put("/v1/reference")
        states = await operator.all_items("/v1/reference/member-states")
        resolutions = await operator.all_items("/v1/reference/resolutions")
        themes = await operator.all_items("/v1/reference/themes")
        loaded = {
            "member_states": len(states),
            "resolutions": len(resolutions),
            "themes": len(themes),
        }
        if loaded != _EXPECTED:
            raise WalkFailedError(f"{service} holds {loaded}, not {_EXPECTED}")
    world.narrator.tell(
        "193 Member States (ISO 3166, UN M49), 31 resolutions and 13 thematic areas in each service"
    )
    world.facts["Reference data"] = "193 States, 31 resolutions, 13 themes in 4 services"

"""The main job, walked over HTTP and events alone, as the system's users would."""

from shared.embedded.walk.cycle import walk_the_cycle
from shared.embedded.walk.world import WalkFailedError, World

__all__ = ["WalkFailedError", "World", "walk_the_cycle"]

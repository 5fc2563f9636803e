"""Every event that the assessment service reacts to, and every job that falls due in it."""

from shared.events.inbox import Subscriptions
from shared.scheduling import Jobs

SUBSCRIPTIONS: Subscriptions = {}
JOBS: Jobs = {}

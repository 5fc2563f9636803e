"""A durable scheduler: what falls due is done exactly once, however many replicas run."""

from shared.scheduling.jobs import DueJob, JobHandler, Jobs, cancel, schedule
from shared.scheduling.runner import JobRunner

__all__ = ["DueJob", "JobHandler", "JobRunner", "Jobs", "cancel", "schedule"]

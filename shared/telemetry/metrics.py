"""Every Prometheus metric of the backbone, named once."""

from prometheus_client import Counter, Gauge, Histogram

_LATENCY = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60)

http_seconds = Histogram(
    "ctc_http_request_seconds",
    "Time to answer an HTTP request",
    ["method", "route", "status"],
    buckets=_LATENCY,
)
outbox_backlog = Gauge("ctc_outbox_backlog_events", "Events committed and not yet published")
outbox_oldest_age = Gauge(
    "ctc_outbox_oldest_age_seconds", "Age of the oldest event that is not yet published"
)
publish_seconds = Histogram(
    "ctc_outbox_publish_seconds",
    "Commit of an event until the broker acknowledged it",
    buckets=_LATENCY,
)
published_total = Counter(
    "ctc_outbox_published_total", "Events acknowledged by the broker", ["topic"]
)
broker_losses_total = Counter(
    "ctc_outbox_broker_losses_total", "Times the broker had forgotten a topic", ["topic"]
)
handle_seconds = Histogram(
    "ctc_inbox_handle_seconds",
    "Time to handle one event and commit its effect",
    ["type"],
    buckets=_LATENCY,
)
handled_total = Counter(
    "ctc_inbox_handled_total", "Events by what became of them", ["type", "outcome"]
)
jobs_total = Counter("ctc_due_jobs_total", "Due jobs by what became of them", ["kind", "outcome"])
upstream_seconds = Histogram(
    "ctc_upstream_request_seconds",
    "Time for one attempt to read from another service, by what became of it",
    ["upstream", "outcome"],
    buckets=_LATENCY,
)
upstream_breaker_open = Gauge(
    "ctc_upstream_breaker_open",
    "1 from when another service failed too often until it answers again",
    ["upstream"],
)

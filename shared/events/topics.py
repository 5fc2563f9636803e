"""Topic names, and which lane of a topic an event takes."""

from aiokafka.partitioner import murmur2

SERVICES = ("assessment", "visits", "assistance", "notifications")


def topic_of(service: str) -> str:
    """The topic on which `service` publishes."""
    return f"ctc.{service}"


def group_of(service: str) -> str:
    """The consumer group in which `service` reads every topic that it subscribes to."""
    return f"ctc.{service}"


def dead_letter_topic_of(service: str) -> str:
    """The topic that holds what `service` could not consume."""
    return f"ctc.{service}.dead-letters"


def topic_of_type(event_type: str) -> str:
    """The topic of an event type: `org.un.ctc.<service>.…` is on `ctc.<service>`."""
    return topic_of(event_type.split(".")[3])


def name_of(event_type: str) -> str:
    """The noun and verb of a type: report-submitted of org.un.ctc.visits.report-submitted.v1."""
    return event_type.rsplit(".", 2)[1]


def lane_of(key: str, lanes: int) -> int:
    """The lane, and so the partition, of `key`: the same as Kafka's own clients choose."""
    return int(murmur2(key.encode()) & 0x7FFFFFFF) % lanes

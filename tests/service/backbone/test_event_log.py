"""The broker's topics as the walk and the tests read them."""

from shared.embedded.broker import EmbeddedBroker
from shared.embedded.event_log import EventLog


async def test_a_topic_that_the_broker_does_not_know_yet_is_empty(broker: EmbeddedBroker) -> None:
    assert await EventLog(broker.bootstrap_servers).read("ctc.unheard-of") == []

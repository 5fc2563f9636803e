"""One trace and one correlation id from a request to the last event that it leads to."""

import json
import uuid

from aiokafka import ConsumerRecord

from tests.service.backbone.notebook import NoteCopied, NoteWritten
from tests.service.backbone.running import Place, Service, topic_log, until


async def event_of(place: Place, topic: str, text: str) -> tuple[dict[str, str], ConsumerRecord]:
    def mine(record: ConsumerRecord) -> bool:
        return f'"text":"{text}"'.encode() in (record.value or b"")

    records = await topic_log(place.broker, topic, lambda all_of: any(map(mine, all_of)))
    (record,) = [record for record in records if mine(record)]
    return json.loads(record.value), record


async def test_trace_and_correlation_go_through_outbox_broker_and_inbox(
    place: Place, writer: Service, copier: Service
) -> None:
    text, trace = f"traced {uuid.uuid4()}", uuid.uuid4().hex
    answer = await writer.http.post(
        "/v1/notes",
        json={"text": text},
        headers={
            "traceparent": f"00-{trace}-00f067aa0ba902b7-01",
            "x-correlation-id": "correlation-of-this-test",
        },
    )
    assert answer.headers["x-correlation-id"] == "correlation-of-this-test"

    written, record = await event_of(place, "ctc.assessment", text)
    copied, _ = await event_of(place, "ctc.visits", text)
    spans = {"00f067aa0ba902b7"}
    for event in (written, copied):
        assert event["correlationid"] == "correlation-of-this-test"
        version, of, span, sampled = event["traceparent"].split("-")
        assert (version, of, sampled) == ("00", trace, "01")
        spans.add(span)
    assert len(spans) == 3  # each step is a span of its own
    assert (written["type"], copied["type"]) == (NoteWritten.type, NoteCopied.type)
    assert (written["source"], copied["source"]) == ("/ctc/assessment", "/ctc/visits")
    assert uuid.UUID(written["id"]).version == 7
    headers = dict(record.headers)
    assert headers["content-type"] == b"application/cloudevents+json; charset=utf-8"
    assert record.key == b"KEN"


async def test_without_a_trace_each_request_begins_its_own(place: Place, writer: Service) -> None:
    traces = set()
    for n in range(2):
        text = f"untraced {n} {uuid.uuid4()}"
        answer = await writer.write(text)
        event, _ = await event_of(place, "ctc.assessment", text)
        assert event["correlationid"] == answer.headers["x-correlation-id"]
        traces.add(event["traceparent"].split("-")[1])
    assert len(traces) == 2


async def test_ids_that_are_no_ids_are_not_taken_over(writer: Service) -> None:
    answer = await writer.http.get(
        "/v1/notes",
        headers={"x-correlation-id": "a b\tc", "x-request-id": "short", "traceparent": "nonsense"},
    )
    assert answer.status_code == 200
    assert answer.headers["x-correlation-id"] == answer.headers["x-request-id"]
    assert uuid.UUID(answer.headers["x-request-id"]).version == 7


async def test_metrics_of_publishing_and_handling_move(writer: Service, copier: Service) -> None:
    lines = (
        'ctc_outbox_published_total{topic="ctc.assessment"}',
        "ctc_outbox_publish_seconds_count",
        f'ctc_inbox_handle_seconds_count{{type="{NoteWritten.type}"}}',
        f'ctc_inbox_handled_total{{outcome="handled",type="{NoteWritten.type}"}}',
        'ctc_http_request_seconds_count{method="POST",route="/v1/notes",status="201"}',
    )
    before = [await writer.metric(line) for line in lines]
    text = f"measured {uuid.uuid4()}"
    await writer.write(text)
    await until(lambda: copier.copies(text), lambda count: count == 1)

    async def moved() -> list[float]:
        return [await writer.metric(line) for line in lines]

    await until(moved, lambda now: all(a > b for a, b in zip(now, before, strict=True)))
    for gauge in ("ctc_outbox_backlog_events ", "ctc_outbox_oldest_age_seconds "):
        assert await writer.metric(gauge) >= 0

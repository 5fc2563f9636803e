"""Years of findings, answers and visits of all Member States, in the visits service's tables."""

import json
from collections.abc import Sequence
from datetime import date

import asyncpg

from shared.reference import member_states, themes

_ASSESSMENTS = 3
_GAPS = 20
_TRENDS = 60
_YEARS = 10

_STATEMENTS: Sequence[str] = (
    "SELECT setseed(0.1373)",
    """INSERT INTO completed_assessments (assessment_id, member_state, score, themes, completed_on)
    SELECT gen_random_uuid(), state, random(), '{themes}'::jsonb,
           '{on}'::date - n * {days} / {assessments}
    FROM unnest('{states}'::text[]) AS state, generate_series(1, {assessments}) AS n""",
    """INSERT INTO found_gaps (gap_id, member_state, assessment_id, theme, resolution, severity,
                               identified_on, stands)
    SELECT gen_random_uuid(), member_state, assessment_id,
           themes ->> (n % jsonb_array_length(themes)), 1373,
           ('{{low,medium,high,critical}}'::text[])[1 + floor(random() * 4)::int], completed_on,
           completed_on >= '{on}'::date - {days} / {assessments} AND random() < 0.8
    FROM completed_assessments, generate_series(1, {gaps}) AS n""",
    """INSERT INTO recommended_gaps (gap_id, recommendation_id)
    SELECT gap_id, gen_random_uuid() FROM found_gaps""",
    """INSERT INTO recommendation_statuses (recommendation_id, status, changed_on, told_at)
    SELECT recommendation_id, ('{{implemented,in_progress}}'::text[])[1 + floor(random() * 2)::int],
           '{on}'::date, now()
    FROM recommended_gaps WHERE random() < 0.5""",
    """INSERT INTO found_trends (trend_id, kind, member_states, theme, severity, identified_on,
                                 told_at)
    SELECT gen_random_uuid(), ('{{trend,emerging_issue,event}}'::text[])[1 + n % 3],
           (SELECT jsonb_agg(state) FROM unnest('{states}'::text[]) AS state
            WHERE random() < 0.08 + 0 * n),
           'arms', ('{{low,medium,high,critical}}'::text[])[1 + n % 4],
           '{on}'::date - n * {days} / {trends}, now()
    FROM generate_series(1, {trends}) AS n""",
    """INSERT INTO expressed_consents (consent_id, member_state, answer, answered_on, standing)
    SELECT gen_random_uuid(), state, 'given', '{on}'::date - n * {days} / {visits}, false
    FROM unnest('{states}'::text[]) AS state, generate_series(1, {visits}) AS n""",
    """INSERT INTO past_visits (id, version, created_at, updated_at, member_state, confidential,
                                visited_on)
    SELECT gen_random_uuid(), 1, now(), now(), state, false, '{on}'::date - n * {days} / {visits}
    FROM unnest('{states}'::text[]) AS state, generate_series(1, {visits}) AS n
    WHERE state > 'D'""",
    """INSERT INTO visit_requests (id, version, created_at, updated_at, member_state, confidential,
                                   reason, requested_on, status, closed_on)
    SELECT gen_random_uuid(), 1, now(), now(), state, false, 'Bench.',
           '{on}'::date - n * {days} / {visits}, CASE n WHEN 1 THEN 'open' ELSE 'met' END, NULL
    FROM unnest('{states}'::text[]) AS state, generate_series(1, {visits}) AS n""",
    """INSERT INTO return_visits (follow_up_id, member_state, recommended_on)
    SELECT gen_random_uuid(), state, '{on}'::date - n * {days} / {visits}
    FROM unnest('{states}'::text[]) AS state, generate_series(1, {visits}) AS n""",
)


async def make_history(database: asyncpg.Connection, scale: int, on: date) -> int:
    """Fill the tables that a ranking is made from, `scale` times; how many rows that is."""
    about = {
        "on": on,
        "states": f"{{{','.join(member_states())}}}",
        "themes": json.dumps([*themes()]),
        "days": round(_YEARS * 365.25),
        "assessments": _ASSESSMENTS * scale,
        "gaps": _GAPS,
        "trends": _TRENDS * scale,
        "visits": scale,
    }
    rows = 0
    for statement in _STATEMENTS:
        done = await database.execute(statement.format(**about))
        rows += int(done.split()[-1]) if done.startswith("INSERT") else 0
    await database.execute("VACUUM ANALYZE")  # as autovacuum does after a while
    return rows

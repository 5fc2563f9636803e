"""Strategies, their changes and the advice given on them, as tables."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.database import Record, StateRecord


class StrategyKind(StrEnum):
    """Whose strategy it is (¶17)."""

    NATIONAL = "national"
    REGIONAL = "regional"


class StrategyStatus(StrEnum):
    """How far a State has come with a strategy."""

    NONE_KNOWN = "none_known"
    IN_DEVELOPMENT = "in_development"
    ADOPTED = "adopted"
    UNDER_REVISION = "under_revision"
    EXPIRED = "expired"


class StrategyElement(StrEnum):
    """What a strategy may hold; `ELEMENTS` says it in words."""

    CONDITIONS_CONDUCIVE = "conditions_conducive"
    IMPLEMENTATION_MECHANISM = "implementation_mechanism"
    INTERNATIONAL_LAW = "international_law"
    HUMAN_RIGHTS = "human_rights"
    GENDER = "gender"
    CHILDREN = "children"
    COUNTERING_INCITEMENT = "countering_incitement"
    INTERNATIONAL_COOPERATION = "international_cooperation"
    WHOLE_OF_SOCIETY = "whole_of_society"
    MONITORING_AND_EVALUATION = "monitoring_and_evaluation"


ELEMENTS: Mapping[StrategyElement, str] = {
    StrategyElement.CONDITIONS_CONDUCIVE: "attention to conditions conducive to terrorism (¶16)",
    StrategyElement.IMPLEMENTATION_MECHANISM: "an effective mechanism to implement it (¶16)",
    StrategyElement.INTERNATIONAL_LAW: "accordance with obligations under international law (¶16)",
    StrategyElement.HUMAN_RIGHTS: "respect for human rights and the rule of law (¶39)",
    StrategyElement.GENDER: "gender as a cross-cutting issue (¶30)",
    StrategyElement.CHILDREN: "children and their rights (¶39)",
    StrategyElement.COUNTERING_INCITEMENT: "countering the incitement of terrorist acts (¶35)",
    StrategyElement.INTERNATIONAL_COOPERATION: "international and regional cooperation (¶18)",
    StrategyElement.WHOLE_OF_SOCIETY: "civil society, academia and the private sector take part",
    StrategyElement.MONITORING_AND_EVALUATION: "its effect is monitored and evaluated",
}
"""What makes a strategy comprehensive and integrated; the last two are the project's own."""


class Party(StrEnum):
    """On whose side a change was made."""

    CTED = "cted"
    MEMBER_STATE = "member_state"


class Strategy(StateRecord):
    """A State's counter-terrorism strategy, or its part in a regional one, as it is known."""

    __tablename__ = "strategies"

    title: Mapped[str]
    kind: Mapped[StrategyKind]
    regional_body: Mapped[str | None]
    status: Mapped[StrategyStatus] = mapped_column(index=True)
    adopted_on: Mapped[date | None]
    reviewed_on: Mapped[date | None]
    valid_until: Mapped[date | None]
    elements: Mapped[list[str]]
    mechanism: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)


class StrategyChange(Record):
    """What one change set, of what it was before, by whom and why."""

    __tablename__ = "strategy_changes"

    strategy_id: Mapped[UUID] = mapped_column(ForeignKey("strategies.id"), index=True)
    party: Mapped[Party]
    changed_by: Mapped[str]
    reason: Mapped[str] = mapped_column(Text)
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class StrategyAdvice(Record):
    """Advice that CTED gave on a strategy, upon request and with partners (¶17)."""

    __tablename__ = "strategy_advice"

    strategy_id: Mapped[UUID] = mapped_column(ForeignKey("strategies.id"), index=True)
    requested_by: Mapped[str]
    given_on: Mapped[date]
    partners: Mapped[list[str]]
    text: Mapped[str] = mapped_column(Text)
    recorded_by: Mapped[str]

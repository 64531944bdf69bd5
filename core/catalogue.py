"""The closed lists an application chooses from. The words people use for them live with the languages."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Employment", "Purpose"]


class Employment(StrEnum):
    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    SELF_EMPLOYED = "self_employed"
    RETIRED = "retired"
    STUDENT = "student"
    BENEFITS = "benefits"
    UNEMPLOYED = "unemployed"


class Purpose(StrEnum):
    MEDICAL = "medical"
    EDUCATION = "education"
    CAR = "car"
    HOME = "home"
    HOUSEHOLD = "household"
    TRAVEL = "travel"
    FAMILY_EVENT = "family_event"
    BUSINESS = "business"
    REPAY_DEBT = "repay_debt"
    OTHER = "other"

"""What cases share, and what was agreed about a person's voice, by keyed hashes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine, and_, delete, or_, select, update

from core.errors import NotFound
from core.fraud import Edge, LinkKind, Seen, Sharing, VoiceScope
from core.security.blind_index import BlindIndex
from core.storage.engine import reading
from core.storage.names import plain_id
from core.storage.tables import audit, calls, cases, links, reviews, voice_terms
from core.storage.transaction import Transaction

__all__ = ["LOOKS", "SqlLinks", "SqlVoiceTerms", "person_of", "same_identity"]

#: Audit actions by which a member of staff learns what a borrower said.
LOOKS = ("case.viewed", "field.revealed", "call.words_shown", "call.listened", "clip.played")

_JOINING = tuple(
    kind.value for kind in (LinkKind.PAPERS, LinkKind.NUMBER, LinkKind.ADDRESS, LinkKind.PAYEE, LinkKind.DEVICE)
)

_IS_PERSON = links.c.kind == LinkKind.PERSON.value


def person_of(work: Transaction, case_id: str) -> bytes | None:
    """The keyed hash of the person a case is about, once the caller has said who they are."""
    return work.execute(
        select(links.c.value_index).where(links.c.case_id == case_id, links.c.kind == LinkKind.PERSON.value)
    ).scalar_one_or_none()


def same_identity(engine: Engine, person: str) -> list[str]:
    """Who else (the ids of their cases) gave this very name, birth date and id digits, oldest first. It is what callers
    said and no proof: most are the same person again, and one can be a thief. Raises ``StorageError``."""
    theirs = select(links.c.value_index).join_from(links, cases).where(cases.c.subject_id == person, _IS_PERSON)
    same = (links.c.value_index.in_(theirs), _IS_PERSON, cases.c.subject_id != person)
    query = select(cases.c.subject_id).join_from(links, cases).where(*same).order_by(cases.c.opened_at, cases.c.case_id)
    with reading(engine) as connection:
        return list(dict.fromkeys(connection.scalars(query)))


class SqlLinks:
    """``core.fraud.Links`` in one transaction."""

    def __init__(self, work: Transaction, index: BlindIndex) -> None:
        self._work = work
        self._index = index

    def note(self, case_id: str, values: Mapping[LinkKind, str], at: datetime) -> None:
        kinds = [kind.value for kind in values]
        self._work.execute(
            delete(links).where(links.c.case_id == plain_id("case_id", case_id), links.c.kind.in_(kinds))
        )
        for kind, value in values.items():
            index = self._index.of(f"link.{kind.value}", value)
            self._work.execute(links.insert().values(case_id=case_id, kind=kind.value, value_index=index, at=at))

    def sharing(self, case_id: str, since: datetime) -> Sharing:
        mine, other, who, number = (links.alias(name) for name in ("mine", "other", "who", "number"))
        rows = self._work.execute(
            select(
                other.c.kind,
                other.c.at,
                other.c.case_id,
                who.c.value_index.label("person"),
                number.c.value_index.label("number"),
            )
            .select_from(mine)
            .join(other, and_(other.c.kind == mine.c.kind, other.c.value_index == mine.c.value_index))
            .outerjoin(who, and_(who.c.case_id == other.c.case_id, who.c.kind == LinkKind.PERSON.value))
            .outerjoin(number, and_(number.c.case_id == other.c.case_id, number.c.kind == LinkKind.NUMBER.value))
            .where(mine.c.case_id == case_id, other.c.case_id != case_id, other.c.at >= since)
            .order_by(other.c.at, other.c.case_id)
        )
        found: dict[LinkKind, list[Seen]] = defaultdict(list)
        for row in rows:
            found[LinkKind(row.kind)].append(Seen(row.at, row.case_id, row.person, row.number))
        own = self._work.execute(select(links.c.kind, links.c.value_index).where(links.c.case_id == case_id))
        known = {row.kind: row.value_index for row in own}
        person = known.get(LinkKind.PERSON.value)
        return Sharing(
            person,
            known.get(LinkKind.NUMBER.value),
            {kind: tuple(seen) for kind, seen in found.items()},
            self._looks(case_id, person, since) if person is not None else (),
        )

    def network(self, case_id: str, since: datetime, *, steps: int = 3, most: int = 60) -> tuple[Edge, ...]:
        one, other, who = (links.alias(name) for name in ("one", "other", "who"))
        reached, frontier, edges = {case_id}, {case_id}, []
        for _ in range(steps):
            rows = self._work.execute(
                select(one.c.kind, one.c.case_id, other.c.case_id.label("other"), who.c.value_index)
                .select_from(one)
                .join(other, and_(other.c.kind == one.c.kind, other.c.value_index == one.c.value_index))
                .outerjoin(who, and_(who.c.case_id == other.c.case_id, who.c.kind == LinkKind.PERSON.value))
                .where(
                    one.c.case_id.in_(frontier),
                    one.c.kind.in_(_JOINING),
                    other.c.case_id.not_in(reached),
                    other.c.at >= since,
                )
                .order_by(other.c.at.desc(), other.c.case_id)
                .limit(most)
            ).all()
            edges += [Edge(LinkKind(row.kind), row.case_id, row.other, row.value_index) for row in rows]
            frontier = {row.other for row in rows}
            reached |= frontier
            if not frontier or len(reached) > most:
                break
        return tuple(edges)

    def _looks(self, case_id: str, person: bytes, since: datetime) -> tuple[tuple[datetime, str], ...]:
        theirs = select(links.c.case_id).where(
            links.c.kind == LinkKind.PERSON.value, links.c.value_index == person, links.c.case_id != case_id
        )
        reviewers = select(reviews.c.actor).where(reviews.c.case_id.in_(theirs))
        records = select(calls.c.call_id).where(calls.c.case_id.in_(theirs))
        rows = self._work.execute(
            select(audit.c.at, audit.c.actor)
            .where(
                audit.c.action.in_(LOOKS),
                audit.c.at >= since,
                or_(audit.c.subject.in_(theirs), audit.c.subject.in_(records)),
                audit.c.actor.not_in(reviewers),
            )
            .order_by(audit.c.seq)
        )
        return tuple((row.at, row.actor) for row in rows)


class SqlVoiceTerms:
    """``core.fraud.VoiceTerms`` in one transaction."""

    def __init__(self, work: Transaction) -> None:
        self._work = work

    def agree(self, case_id: str, scope: VoiceScope, document: str, at: datetime) -> None:
        person = person_of(self._work, case_id)
        if person is None:
            raise NotFound("This case has no identity to agree for; name a case in which the person said who they are.")
        mine = (voice_terms.c.person_index == person, voice_terms.c.scope == scope.value)
        self._work.execute(delete(voice_terms).where(*mine))
        self._work.execute(
            voice_terms.insert().values(
                person_index=person, scope=scope.value, document=plain_id("document", document), agreed_at=at
            )
        )

    def withdraw(self, case_id: str, scope: VoiceScope, at: datetime) -> bool:
        person = person_of(self._work, case_id)
        changed = self._work.execute(
            update(voice_terms)
            .where(
                voice_terms.c.person_index == person,
                voice_terms.c.scope == scope.value,
                voice_terms.c.withdrawn_at.is_(None),
            )
            .values(withdrawn_at=at)
        )
        return changed.rowcount == 1

    def of(self, case_id: str) -> frozenset[VoiceScope]:
        person = person_of(self._work, case_id)
        if person is None:
            return frozenset()
        rows = self._work.execute(
            select(voice_terms.c.scope).where(
                voice_terms.c.person_index == person, voice_terms.c.withdrawn_at.is_(None)
            )
        )
        return frozenset(VoiceScope(scope) for scope in rows.scalars())

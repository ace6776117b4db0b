"""What two people put in force: legal rows, list sources, standing orders, matcher approvals; and cases."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.screening.registers.rows import (
    CaseFile,
    LegalRow,
    ListSource,
    MatcherApproval,
    Persons,
    StandingOrder,
)
from services.screening.store.notices_from_abroad import source_of_notice
from services.screening.store.rows import as_json, from_json
from shared.contracts.notice_received import NOTICE_ENTRIES

COPIES_REMEMBERED = timedelta(days=30)


class RegisterStore:
    """Registers in PostgreSQL: rows are added by approved proposals and never changed but by another."""

    async def legal_row(
        self,
        connection: AsyncConnection,
        *,
        authority: str | None,
        action: str,
        data_class: str,
        purpose_code: str,
        now: datetime,
    ) -> LegalRow | None:
        """The row that backs an act; the newest one that has begun, even when it has ended."""
        query = text(
            "SELECT row_id, authority, action, data_class, purpose_code, valid_from, valid_to,"
            " instrument_ref, public_url, orders FROM legal_row"
            " WHERE authority = :authority AND action = :action AND data_class = :data_class"
            " AND purpose_code = :purpose_code AND valid_from <= :today"
            " ORDER BY valid_to DESC, row_id LIMIT 1"
        )
        facts = {
            "authority": authority,
            "action": action,
            "data_class": data_class,
            "purpose_code": purpose_code,
            "today": now.date(),
        }
        row = (await connection.execute(query, facts)).one_or_none()
        return None if row is None else _law_of(row)

    async def legal_rows(self, connection: AsyncConnection) -> list[LegalRow]:
        """All legal rows, by authority and act."""
        query = text(
            "SELECT row_id, authority, action, data_class, purpose_code, valid_from, valid_to,"
            " instrument_ref, public_url, orders FROM legal_row"
            " ORDER BY authority, action, data_class, purpose_code, valid_from LIMIT 1000"
        )
        return [_law_of(row) for row in await connection.execute(query)]

    async def add_legal_row(self, connection: AsyncConnection, row: LegalRow, persons: Persons) -> None:
        """Put a legal row in force."""
        await connection.execute(
            text(
                "INSERT INTO legal_row VALUES (:row_id, :authority, :action, :data_class, :purpose_code,"
                " :valid_from, :valid_to, :instrument_ref, :public_url, :author, :approver, :at,"
                " CAST(:orders AS text[]))"
            ),
            {
                "row_id": row.row_id,
                "authority": row.authority,
                "action": row.action,
                "data_class": row.data_class,
                "purpose_code": row.purpose_code,
                "valid_from": row.valid_from,
                "valid_to": row.valid_to,
                "instrument_ref": row.instrument_ref,
                "public_url": row.public_url,
                "author": persons.author,
                "approver": persons.approver,
                "at": persons.at,
                "orders": list(row.orders),
            },
        )

    async def source(self, connection: AsyncConnection, source_id: str) -> ListSource | None:
        """One registered list source; of a notice from abroad what its sender said of it."""
        if source_id.startswith(NOTICE_ENTRIES):
            query = text("SELECT source FROM notice_from_abroad WHERE entry_id = :source_id")
            return source_of_notice((await connection.execute(query, {"source_id": source_id})).one_or_none())
        query = text("SELECT * FROM list_source WHERE source_id = :source_id")
        row = (await connection.execute(query, {"source_id": source_id})).one_or_none()
        return None if row is None else _source_of(row)

    async def sources(self, connection: AsyncConnection) -> list[ListSource]:
        """All registered list sources."""
        rows = await connection.execute(text("SELECT * FROM list_source ORDER BY source_id LIMIT 1000"))
        return [_source_of(row) for row in rows]

    async def source_to_judge_by(self, connection: AsyncConnection, source_id: str) -> ListSource | None:
        """A source as it is registered, and stays so until this transaction ends: a new row of it waits.

        What is stored on the word of the row is then seen by whoever judges the entries by the next one.
        """
        query = text("SELECT * FROM list_source WHERE source_id = :source_id FOR SHARE")
        row = (await connection.execute(query, {"source_id": source_id})).one_or_none()
        return None if row is None else _source_of(row)

    async def changed_since(self, connection: AsyncConnection, source_id: str, instant: datetime) -> bool:
        """Whether a source's row was put in force at an instant or after it."""
        query = text("SELECT approved_at >= :instant FROM list_source WHERE source_id = :source_id")
        found = await connection.scalar(query, {"source_id": source_id, "instant": instant})
        return bool(found)

    async def put_source(
        self,
        connection: AsyncConnection,
        source: ListSource,
        persons: Persons,
    ) -> None:
        """Register a source, or change what is registered of it."""
        columns: dict[str, Any] = {
            "source_id": source.source_id,
            "publisher": source.publisher,
            "kind": source.kind,
            "reader": source.reader,
            "purpose_tag": source.purpose_tag,
            "allow_list": as_json(list(source.allow_list)),
            "handling_code": source.handling_code,
            "conditions": as_json(list(source.conditions)),
            "action_code": source.action_code,
            "tear_line": source.tear_line,
            "desk_phone": source.desk_phone,
            "source_grade": source.source_grade,
            "info_grade": source.info_grade,
            "location": source.location,
            "digest_location": source.digest_location,
            "verify": source.verify,
            "fetch_minutes": source.fetch_minutes,
            "fresh_for_hours": source.fresh_for_hours,
            "author": persons.author,
            "approver": persons.approver,
            "approved_at": persons.at,
        }
        names = ", ".join(columns)
        values = ", ".join(
            f"CAST(:{name} AS jsonb)" if name in ("allow_list", "conditions") else f":{name}"
            for name in columns
        )
        changes = ", ".join(f"{name} = excluded.{name}" for name in columns if name != "source_id")
        statement = (
            f"INSERT INTO list_source ({names}) VALUES ({values})"  # noqa: S608 - the names are ours
            f" ON CONFLICT (source_id) DO UPDATE SET {changes}"
        )
        await connection.execute(text(statement), columns)

    async def standing_order(self, connection: AsyncConnection, now: datetime) -> StandingOrder | None:
        """The standing order in force; the one that ends last where there are several."""
        query = text(
            "SELECT order_id, purpose_code, statement, alternatives_considered, period_days, author,"
            " approver, approved_at, expires FROM standing_order WHERE expires > :today"
            " ORDER BY expires DESC, order_id LIMIT 1"
        )
        row = (await connection.execute(query, {"today": now.date()})).one_or_none()
        return None if row is None else StandingOrder(*row)

    async def standing_orders(self, connection: AsyncConnection) -> list[StandingOrder]:
        """All standing orders, newest first."""
        query = text(
            "SELECT order_id, purpose_code, statement, alternatives_considered, period_days, author,"
            " approver, approved_at, expires FROM standing_order ORDER BY approved_at DESC LIMIT 100"
        )
        return [StandingOrder(*row) for row in await connection.execute(query)]

    async def add_standing_order(self, connection: AsyncConnection, order: StandingOrder) -> None:
        """Put a standing order in force."""
        await connection.execute(
            text(
                "INSERT INTO standing_order VALUES (:order_id, :purpose_code, :statement, :alternatives,"
                " :period_days, :author, :approver, :approved_at, :expires)"
            ),
            {
                "order_id": order.order_id,
                "purpose_code": order.purpose_code,
                "statement": order.statement,
                "alternatives": order.alternatives_considered,
                "period_days": order.period_days,
                "author": order.author,
                "approver": order.approver,
                "approved_at": order.approved_at,
                "expires": order.expires,
            },
        )

    async def matcher_approval(
        self, connection: AsyncConnection, algorithm: str, now: datetime
    ) -> MatcherApproval | None:
        """The newest approval of an algorithm that has begun."""
        query = text(
            "SELECT approval_id, algorithm, threshold, proposed_by, approved_by, approved_on,"
            " approved_until FROM matcher_approval WHERE algorithm = :algorithm AND approved_on <= :today"
            " ORDER BY approved_at DESC, approval_id LIMIT 1"
        )
        facts = {"algorithm": algorithm, "today": now.date()}
        row = (await connection.execute(query, facts)).one_or_none()
        return None if row is None else MatcherApproval(*row)

    async def matcher_approvals(self, connection: AsyncConnection) -> list[MatcherApproval]:
        """All approvals, newest first."""
        query = text(
            "SELECT approval_id, algorithm, threshold, proposed_by, approved_by, approved_on,"
            " approved_until FROM matcher_approval ORDER BY approved_at DESC LIMIT 100"
        )
        return [MatcherApproval(*row) for row in await connection.execute(query)]

    async def add_matcher_approval(
        self, connection: AsyncConnection, approval: MatcherApproval, at: datetime
    ) -> None:
        """Put an approval in force."""
        await connection.execute(
            text(
                "INSERT INTO matcher_approval VALUES (:approval_id, :algorithm, :threshold, :proposed_by,"
                " :approved_by, :approved_on, :approved_until, :at)"
            ),
            {
                "approval_id": approval.approval_id,
                "algorithm": approval.algorithm,
                "threshold": approval.threshold,
                "proposed_by": approval.proposed_by,
                "approved_by": approval.approved_by,
                "approved_on": approval.approved_on,
                "approved_until": approval.approved_until,
                "at": at,
            },
        )

    async def case(self, connection: AsyncConnection, case_id: str) -> CaseFile | None:
        """One case with its members."""
        query = text(
            "SELECT case_id, opened_by, opened_at, closed_at, members FROM case_file WHERE case_id = :case_id"
        )
        row = (await connection.execute(query, {"case_id": case_id})).one_or_none()
        return None if row is None else _case_of(row)

    async def open_case(self, connection: AsyncConnection, case: CaseFile) -> bool:
        """Open a case; `False` when its number is taken."""
        added = await connection.execute(
            text(
                "INSERT INTO case_file (case_id, opened_by, opened_at, members)"
                " VALUES (:case_id, :opened_by, :opened_at, CAST(:members AS jsonb)) ON CONFLICT DO NOTHING"
            ),
            {
                "case_id": case.case_id,
                "opened_by": case.opened_by,
                "opened_at": case.opened_at,
                "members": as_json(list(case.members)),
            },
        )
        return added.rowcount == 1

    async def close_case(self, connection: AsyncConnection, case_id: str, at: datetime) -> bool:
        """Close a case; `False` when there is none that is open."""
        closed = await connection.execute(
            text("UPDATE case_file SET closed_at = :at WHERE case_id = :case_id AND closed_at IS NULL"),
            {"case_id": case_id, "at": at},
        )
        return closed.rowcount == 1

    async def count_copies(
        self,
        connection: AsyncConnection,
        *,
        actor: str,
        statement_digest: str,
        subject_digests: Sequence[str],
        at: datetime,
    ) -> int:
        """Note an act; how many different subjects its statement was used for in 30 days, these included.

        Source: SG-03, copied statements.
        """
        await connection.execute(
            text(
                "INSERT INTO stated_act (actor, statement_digest, subject_digest, at)"
                " SELECT :actor, :digest, subject, :at FROM unnest(CAST(:subjects AS text[])) AS subject"
                " ON CONFLICT (actor, statement_digest, subject_digest) DO UPDATE SET at = excluded.at"
            ),
            {"actor": actor, "digest": statement_digest, "subjects": list(subject_digests), "at": at},
        )
        query = text(
            "SELECT count(*) FROM stated_act WHERE actor = :actor AND statement_digest = :digest"
            " AND at > :since"
        )
        facts = {"actor": actor, "digest": statement_digest, "since": at - COPIES_REMEMBERED}
        return int((await connection.execute(query, facts)).scalar_one())

    async def forget_copies(self, connection: AsyncConnection, now: datetime) -> int:
        """Erase the traces of statements older than 30 days; returns how many."""
        gone = await connection.execute(
            text("DELETE FROM stated_act WHERE at <= :until"), {"until": now - COPIES_REMEMBERED}
        )
        return gone.rowcount


def _law_of(row: Row[Any]) -> LegalRow:
    return LegalRow(
        row_id=row.row_id,
        authority=row.authority,
        action=row.action,
        data_class=row.data_class,
        purpose_code=row.purpose_code,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        instrument_ref=row.instrument_ref,
        public_url=row.public_url,
        orders=tuple(row.orders),
    )


def _source_of(row: Row[Any]) -> ListSource:
    return ListSource(
        source_id=row.source_id,
        publisher=row.publisher,
        kind=row.kind,
        reader=row.reader,
        purpose_tag=row.purpose_tag,
        allow_list=tuple(from_json(row.allow_list)),
        handling_code=row.handling_code,
        conditions=tuple(from_json(row.conditions)),
        action_code=row.action_code,
        tear_line=row.tear_line,
        desk_phone=row.desk_phone,
        source_grade=row.source_grade,
        info_grade=row.info_grade,
        location=row.location,
        digest_location=row.digest_location,
        verify=row.verify,
        fetch_minutes=row.fetch_minutes,
        fresh_for_hours=row.fresh_for_hours,
    )


def _case_of(row: Row[Any]) -> CaseFile:
    return CaseFile(row.case_id, row.opened_by, row.opened_at, row.closed_at, tuple(from_json(row.members)))

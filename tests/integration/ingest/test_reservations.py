"""Pushes of reservations: what is held, replaced, withdrawn, and whom screening sees of them."""

import json
from dataclasses import dataclass, replace

import pytest

from services.ingest.formats.pnrgov.reader import MAX_PNR_SEGMENT_CHARACTERS
from services.ingest.intake.observed import WITHDRAWN_KIND
from services.ingest.reading.elements import RESERVATION_ELEMENTS
from shared.contracts import TravellersObservedV1, TravellersWithdrawnV1
from tests.integration.ingest.conftest import LEGAL_ROW, MESSAGES, PROFILE_ROW, Ingest

FULL, UPDATE = "22", "141"
LEG = "TVL+141127:0530:141127:0905+DXB+ATH+XA+418:K'"


@dataclass(frozen=True)
class Push:
    """A PNRGOV message of XA 418; `pnrs` are the segments of each reservation."""

    pnrs: tuple[str, ...] = ()
    function: str = FULL
    stated: int | None = None
    part: str = "01:F"
    reference: str = "R1"

    def __bytes__(self) -> bytes:
        body = (
            f"MSG+:{self.function}'ORG+XA:DXB'TVL+141127:0530:141127:0905+DXB+ATH+XA+418'"
            f"EQN+{len(self.pnrs) if self.stated is None else self.stated}'{''.join(self.pnrs)}"
        )
        return (
            f"UNA:+.? 'UNB+IATA:1+XA+GRGOVPNR+271114:0322+{self.reference}'"
            f"UNH+1+PNRGOV:13:1:IA+271114/0322/XA/418+{self.part}'{body}"
            f"UNT+{body.count(chr(39)) + 2}+1'UNZ+1+{self.reference}'"
        ).encode()


def pnr(locator: str, *people: str, leg: str = LEG) -> str:
    """A reservation of these people on the flight."""
    named = "".join(f"TIF+{each}:A:{place}'" for place, each in enumerate(people, 1))
    return f"SRC'RCI+XA:{locator}'{named}{leg}RPI+{len(people)}+HK'"


def cancelled(locator: str) -> str:
    """A reservation withdrawn from the flight."""
    return f"SRC'RCI+XA:{locator}'ORG'"


@pytest.fixture
async def pnr_ingest(ingest: Ingest) -> Ingest:
    """The service with a law and a profile for PNR too."""
    elements = sorted(set(RESERVATION_ELEMENTS) - {"frequent_flyer"})
    await ingest.put_in_force(
        "collection-profiles", PROFILE_ROW | {"data_class": "PNR", "allowed_elements": elements}
    )
    await ingest.put_in_force("legal-rows", LEGAL_ROW | {"data_class": "PNR"})
    return ingest


async def held(ingest: Ingest) -> dict[str, str]:
    """The status of each reservation, by its first locator."""
    rows = await ingest.rows("SELECT locators, status FROM reservation")
    return {row.locators[0]: row.status for row in rows}


async def people(ingest: Ingest) -> dict[str, tuple[str, str]]:
    """Status and source of each traveller, by given name."""
    rows = await ingest.rows("SELECT record, status, source FROM traveller WHERE followed_by IS NULL")
    return {row.record["given_names"]: (row.status, row.source) for row in rows}


async def withdrawn(ingest: Ingest) -> list[TravellersWithdrawnV1]:
    """What screening was told of people off the flight."""
    rows = await ingest.rows(f"SELECT body FROM outbox WHERE kind = '{WITHDRAWN_KIND}' ORDER BY outbox_id")
    return [TravellersWithdrawnV1.model_validate(row.body) for row in rows]


async def test_example_push_is_held_and_its_people_are_screened(pnr_ingest: Ingest) -> None:
    answer = await pnr_ingest.submit((MESSAGES / "pnrgov-a.edi").read_bytes())
    assert answer.status_code == 202, answer.text
    assert answer.json()["travellers"] == {"stated": None, "accepted": 4, "rejected": 0}
    assert await held(pnr_ingest) == {"Q7KD2M": "HELD", "TZ4X9B": "HELD"}
    links = await pnr_ingest.rows("SELECT 1 FROM reservation_traveller")
    assert len(links) == 4
    assert await pnr_ingest.screen() == 1
    batch = TravellersObservedV1.model_validate(pnr_ingest.screening.delivered[-1].body)
    assert (batch.data_class, len(batch.travellers)) == ("PNR", 4)
    eleni = next(each.traveller for each in batch.travellers if each.traveller["surname"] == "PAPADAKI")
    assert (eleni["birth_date"], eleni["seat"], eleni["bags"]["count"]) == ("1984-02-29", "12A", 2)
    anika = next(each.traveller for each in batch.travellers if each.traveller["given_names"] == "ANIKA")
    assert (anika["embarkation"], anika["debarkation"]) == ("BOM", "ZRH")
    receipt = await pnr_ingest.get(answer.headers["location"], pnr_ingest.issuer.carrier_token("XA"))
    assert receipt.json()["screened"] == 4


async def test_elements_outside_the_profile_are_not_held(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit((MESSAGES / "pnrgov-a.edi").read_bytes())
    (row,) = await pnr_ingest.rows(
        "SELECT record::text AS content FROM reservation WHERE 'Q7KD2M' = ANY (locators)"
    )
    assert "7740012233" not in row.content
    assert "411111" not in row.content
    counted = await pnr_ingest.rows("SELECT number FROM dropped WHERE class = 'element.frequent_flyer'")
    assert [each.number for each in counted] == [1]


async def test_without_a_law_for_pnr_a_push_is_refused(ingest: Ingest) -> None:
    answer = await ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"),))))
    assert (answer.status_code, answer.json()["fault"]) == (403, "PROFILE_NOT_IN_FORCE")


async def test_identical_push_screens_nobody_again(pnr_ingest: Ingest) -> None:
    first = Push((pnr("AAA111", "OSEI+KOFI"),))
    await pnr_ingest.submit(bytes(first))
    assert await pnr_ingest.screen() == 1
    again = (await pnr_ingest.submit(bytes(replace(first, reference="R2")))).json()
    assert (again["screened"], again["travellers"]["accepted"]) == (1, 1)
    assert again["screened_at"] is not None
    assert await pnr_ingest.screen() == 0
    assert await pnr_ingest.rows("SELECT 1 FROM reservation_history") == []


async def test_full_push_withdraws_what_it_does_not_name(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"), pnr("BBB222", "MENSAH+AMA")))))
    await pnr_ingest.screen()
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"),), reference="R2")))
    assert await held(pnr_ingest) == {"AAA111": "HELD", "BBB222": "WITHDRAWN"}
    assert (await people(pnr_ingest))["AMA"] == ("CANCELLED", "PNR")
    (told,) = await withdrawn(pnr_ingest)
    assert (told.reason, len(told.travellers)) == ("RESERVATION_WITHDRAWN", 1)
    (old,) = await pnr_ingest.rows("SELECT status, record FROM reservation_history")
    assert (old.status, old.record["locator"]) == ("HELD", "BBB222")


async def test_full_push_that_holds_fewer_than_it_counts_takes_nobody_off(pnr_ingest: Ingest) -> None:
    kofi, ama, esi = pnr("AAA111", "OSEI+KOFI"), pnr("BBB222", "MENSAH+AMA"), pnr("CCC333", "ANNAN+ESI")
    await pnr_ingest.submit(bytes(Push((kofi, ama))))
    # The rest of it comes in a message of its own, which is no part by its UNH.
    answer = await pnr_ingest.submit(bytes(Push((esi,), stated=3, reference="R2")))
    assert [fault["code"] for fault in answer.json()["faults"]] == ["COUNT_MISMATCH"]
    assert set((await held(pnr_ingest)).values()) == {"HELD"}
    assert await withdrawn(pnr_ingest) == []


async def test_reservation_that_cannot_be_read_any_more_is_not_taken_off(pnr_ingest: Ingest) -> None:
    kofi, ama = pnr("AAA111", "OSEI+KOFI"), pnr("BBB222", "MENSAH+AMA")
    await pnr_ingest.submit(bytes(Push((kofi, ama))))
    spoilt = ama.replace("TIF+", f"ADD++{'X' * MAX_PNR_SEGMENT_CHARACTERS}'TIF+", 1)
    answer = await pnr_ingest.submit(bytes(Push((kofi, spoilt), reference="R2")))
    assert "TRAVELLER_REJECTED" in {fault["severity"] for fault in answer.json()["faults"]}
    assert await held(pnr_ingest) == {"AAA111": "HELD", "BBB222": "HELD"}
    assert await people(pnr_ingest) == {"KOFI": ("REPORTED", "PNR"), "AMA": ("REPORTED", "PNR")}


async def test_empty_full_push_withdraws_everything(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"),))))
    answer = await pnr_ingest.submit(bytes(Push((), stated=0, reference="R2")))
    assert answer.status_code == 202, answer.text
    assert await held(pnr_ingest) == {"AAA111": "WITHDRAWN"}


async def test_update_touches_only_what_it_names_and_keeps_the_record_before(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"), pnr("BBB222", "MENSAH+AMA")))))
    changed = Push((pnr("AAA111", "OSEI+KOFI", "OSEI+ADJOA"),), function=UPDATE, reference="R2")
    await pnr_ingest.submit(bytes(changed))
    assert await held(pnr_ingest) == {"AAA111": "HELD", "BBB222": "HELD"}
    (old,) = await pnr_ingest.rows("SELECT record FROM reservation_history")
    assert [each["given_names"] for each in old.record["travellers"]] == ["KOFI"]
    assert set(await people(pnr_ingest)) == {"KOFI", "AMA", "ADJOA"}


async def test_cancellation_withdraws_and_a_later_push_brings_back_a_new_traveller(
    pnr_ingest: Ingest,
) -> None:
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"),))))
    await pnr_ingest.screen()
    (before,) = await pnr_ingest.rows("SELECT traveller_id FROM traveller")
    answer = await pnr_ingest.submit(bytes(Push((cancelled("AAA111"),), function=UPDATE, reference="R2")))
    assert answer.json()["travellers"]["accepted"] == 0
    assert await held(pnr_ingest) == {"AAA111": "WITHDRAWN"}
    (told,) = await withdrawn(pnr_ingest)
    assert told.travellers == [before.traveller_id]
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"),), function=UPDATE, reference="R3")))
    assert await held(pnr_ingest) == {"AAA111": "HELD"}
    (row,) = await pnr_ingest.rows("SELECT traveller_id, status FROM traveller WHERE followed_by IS NULL")
    assert row.traveller_id != before.traveller_id
    assert row.status == "REPORTED"


async def test_cancellation_of_what_is_not_held_is_told(pnr_ingest: Ingest) -> None:
    answer = await pnr_ingest.submit(bytes(Push((cancelled("ZZZ999"),), function=UPDATE)))
    faults = {fault["code"]: fault["locator"] for fault in answer.json()["faults"]}
    assert faults["RESERVATION_NOT_HELD"] == "ZZZ999"


async def test_reservation_without_the_flight_is_withdrawn_from_it(pnr_ingest: Ingest) -> None:
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "OSEI+KOFI"),))))
    elsewhere = LEG.replace("141127", "181127")
    moved = Push((pnr("AAA111", "OSEI+KOFI", leg=elsewhere),), function=UPDATE, reference="R2")
    await pnr_ingest.submit(bytes(moved))
    assert await held(pnr_ingest) == {"AAA111": "WITHDRAWN"}
    assert await people(pnr_ingest) == {"KOFI": ("CANCELLED", "PNR")}


@pytest.mark.parametrize("is_list_first", [True, False])
async def test_a_list_and_a_push_of_the_same_people_make_one_traveller_each(
    pnr_ingest: Ingest, paxlst_a: bytes, is_list_first: bool
) -> None:
    push = (MESSAGES / "pnrgov-a.edi").read_bytes()
    for body in (paxlst_a, push) if is_list_first else (push, paxlst_a):
        assert (await pnr_ingest.submit(body)).status_code == 202
        await pnr_ingest.screen()
    rows = await pnr_ingest.rows("SELECT record, api_record, source FROM traveller")
    by_name = {(row.record["surname"], row.record["given_names"]): row for row in rows}
    eleni = by_name["PAPADAKI", "ELENI MARIA"]
    assert eleni.source == "BOTH"
    # The list's facts win, and the reservation fills what the list leaves open.
    assert eleni.record["carrier_reference"] == eleni.api_record["carrier_reference"] == "XA418-0001"
    assert "phones" not in eleni.api_record
    assert eleni.record["phones"] == ["306945550100"]
    assert len(await pnr_ingest.rows("SELECT 1 FROM flight")) == 1


async def test_withdrawn_reservation_leaves_whom_a_list_names_on_the_flight(
    pnr_ingest: Ingest, paxlst_a: bytes
) -> None:
    await pnr_ingest.submit(paxlst_a)
    await pnr_ingest.submit((MESSAGES / "pnrgov-a.edi").read_bytes())
    await pnr_ingest.submit(bytes(Push((cancelled("Q7KD2M"),), function=UPDATE, reference="R9")))
    found = await people(pnr_ingest)
    assert found["ELENI MARIA"] == ("REPORTED", "API")
    (row,) = await pnr_ingest.rows(
        "SELECT record, pnr_record FROM traveller WHERE record ->> 'surname' = 'PAPADAKI'"
    )
    assert ("phones" in row.record, row.pnr_record) == (False, None)


async def test_group_without_names_gives_nobody(pnr_ingest: Ingest) -> None:
    group = f"SRC'RCI+XA:GRP001'TIF+SEETHE WORLD:G'{LEG}RPI+20+HK'"
    answer = await pnr_ingest.submit(bytes(Push((group,))))
    assert answer.json()["travellers"]["accepted"] == 0
    assert answer.json()["screened_at"] is not None
    assert await held(pnr_ingest) == {"GRP001": "HELD"}
    assert await people(pnr_ingest) == {}


async def test_person_of_two_reservations_is_one_traveller(pnr_ingest: Ingest) -> None:
    document = "SSR+DOCS:HK:1:XA:::::/P/GHA/G1048826/GHA/11JUL90/M/30JAN29/OSEI/KOFI'"
    both = tuple(
        pnr(locator, "OSEI+KOFI").replace("TVL", f"{document}TVL", 1) for locator in ("AAA111", "BBB222")
    )
    answer = await pnr_ingest.submit(bytes(Push(both)))
    assert answer.json()["travellers"]["accepted"] == 1
    assert len(await people(pnr_ingest)) == 1
    # One of the two goes: the person is still booked.
    await pnr_ingest.submit(bytes(Push((cancelled("AAA111"),), function=UPDATE, reference="R2")))
    assert (await people(pnr_ingest))["KOFI"] == ("REPORTED", "PNR")
    assert await withdrawn(pnr_ingest) == []


async def test_posted_manifest_may_bring_both(pnr_ingest: Ingest) -> None:
    manifest = json.loads((MESSAGES / "paxlst-a.json").read_text()) | {
        "reservations": [
            {
                "locator": "Q7KD2M",
                "travellers": [{"surname": "PAPADAKI", "given_names": "ELENI MARIA"}],
            }
        ]
    }
    answer = await pnr_ingest.submit(json.dumps(manifest).encode(), Content_Type="application/json")
    assert answer.status_code == 202, answer.text
    assert (await people(pnr_ingest))["ELENI MARIA"] == ("REPORTED", "BOTH")


async def test_records_know_their_law_and_their_end(pnr_ingest: Ingest, paxlst_a: bytes) -> None:
    await pnr_ingest.submit(paxlst_a)
    await pnr_ingest.submit(bytes(Push((pnr("AAA111", "MENSAH+AMA"),))))
    rows = await pnr_ingest.rows(
        "SELECT DISTINCT source, legal_basis, (mask_at - first_reported_at)::text AS mask,"
        " (erase_at - first_reported_at)::text AS erase FROM traveller ORDER BY source"
    )
    assert [tuple(row) for row in rows] == [
        ("API", "XAA-PIU-01|ingest.accept|API|TERR_TRAVEL|2027-01-01", "183 days", "30 days"),
        ("PNR", "XAA-PIU-01|ingest.accept|PNR|TERR_TRAVEL|2027-01-01", "183 days", "183 days"),
    ]
    (row,) = await pnr_ingest.rows(
        "SELECT legal_basis, mask_at < erase_at AS is_masked_first FROM reservation"
    )
    assert row.legal_basis.startswith("XAA-PIU-01|ingest.accept|PNR")


async def test_whom_list_and_reservation_of_a_message_name_is_one_on_its_receipt(pnr_ingest: Ingest) -> None:
    manifest = json.loads((MESSAGES / "paxlst-a.json").read_text())
    first = manifest["travellers"][0]
    named = {"surname": first["surname"], "given_names": first["given_names"]}
    stranger = {"surname": "EXAMPLE", "given_names": "NOBODY"}
    manifest["reservations"] = [
        {"locator": first["record_locator"], "carrier": "XA", "travellers": [named, stranger]}
    ]

    for reference in ("FIRST", "AGAIN"):
        text = json.dumps(manifest | {"transaction_reference": reference})
        answer = (await pnr_ingest.submit(text.encode(), Content_Type="application/json")).json()
        await pnr_ingest.screen()
        token = pnr_ingest.issuer.carrier_token("XA")
        receipt = (await pnr_ingest.get(f"/v1/receipts/{answer['id']}", token)).json()
        assert receipt["travellers"] == {"stated": 3, "accepted": 4, "rejected": 0}
        assert (receipt["screened"], receipt["screened_at"] is None) == (4, False)

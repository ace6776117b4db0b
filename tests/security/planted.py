"""Messages of every format in which what may never be kept is planted, each place with its own sign.

A sign is a word that stands in no lawful text, beside the code or word that reveals; the whole dropped value
is `KSML PLANTEDQ…`. Fictional people, the worked examples' flight.
"""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from services.ingest.sensitive.cards import is_luhn

MESSAGES = Path(__file__).parents[1] / "data" / "messages"
SIGN = "PLANTEDQ"
# The letters G and R as an account number counts them.
_GREECE = "1627"
SEAT_FOR_DISABLED = "29XH"


class Planting:
    """Gives a new sign for each place, and remembers all that must be nowhere afterwards.

    Args:
        prefix: Letters that no other planting has, so that one run never finds what another left behind.

    Attributes:
        card, iban, titled: A card number, an account and a name with a title, each of this planting alone.
        lawful: A surname that stays, which the search must be able to find.
        dropped: What must be nowhere.
    """

    def __init__(self, prefix: str) -> None:
        number = int.from_bytes(hashlib.sha256(prefix.encode()).digest()[:8]) % 10**14
        self._prefix = prefix
        self.card = next(card for last in range(10) if is_luhn(card := f"4{number:014}{last}"))
        account = f"{number:023}"
        self.iban = f"GR{98 - int(account + _GREECE + '00') % 97:02}{account}"
        self.titled = f"KOFI{prefix} RABBI"
        self.lawful = f"OSEI{prefix}"
        self.dropped: list[str] = [self.card, self.iban, SEAT_FOR_DISABLED, self.titled]

    def __call__(self, reveals: str = "") -> str:
        place = len(self.dropped)
        sign = f"{SIGN}{self._prefix}{ascii_uppercase[place // 26]}{ascii_uppercase[place % 26]}"
        self.dropped.append(sign)
        return f"{reveals} {sign}".strip()


def paxlst(plant: Planting) -> bytes:
    """A passenger list with remarks in every place that a PAXLST has for them."""
    segments = [
        "UNH+1+PAXLST:D:15B:UN:IATA",
        "BGM+745",
        f"FTX+AAI+++{plant('KSML')}",
        "RFF+TN:PLANTED1",
        "TDT+20+XA418+++XA",
        "LOC+125+DXB",
        "DTM+189:2711140530:201",
        "LOC+87+ATH",
        "DTM+232:2711140905:201",
        f"NAD+FL+++{plant.lawful}:{plant.titled}",
        "ATT+2++M",
        "DTM+329:900711",
        f"FTX+AAI+++{plant('WCHR')}",
        f"FTX+MED+{plant('STCR')}++{plant('OXYG')}:{plant()}",
        f"RFF+SEA:{SEAT_FOR_DISABLED}",
        "RFF+ABO:PLANTED-1",
        f"QQQ+{plant('HALAL')}",
        "DOC+P:110:111+G1048826",
        f"FTX+AAI+++CC{plant.card}",
        "CNT+42:1",
    ]
    return _interchange(segments)


def pnrgov(plant: Planting) -> bytes:
    """A push of one reservation with something in every segment that holds free text."""
    services = [
        f"SSR+KSML:HK:1:XA:::::{plant()}",
        f"SSR+WCHR:HK:1:XA:::DXB:ATH:{plant()}",
        f"SSR+QQQQ:HK:1:XA:::::{plant()}",
        f"SSR+OTHS:HK::XA:::::{plant('HALAL')}",
        f"SSR+UMNR:HK:1:XA:::::UM08 CARD {plant.card}",
        f"SSR+FOID:HK:1:XA:::::CC{plant.card}",
        f"SSR+EPAY:HK:1:XA:::::CC{plant.card} CVV 123 {plant()}",
        f"SSR+NSST:HK:1:XA:::DXB:ATH+{SEAT_FOR_DISABLED}::1:H",
    ]
    segments = [
        "UNH+1+PNRGOV:13:1:IA+271114/0522/XA/418",
        "MSG+:22",
        "ORG+XA:DXB",
        "TVL+141127:0530:141127:0905+DXB+ATH+XA+418",
        "EQN+1",
        "SRC",
        "RCI+XA:Q7KD2M::010927:0812",
        *services,
        "DAT+700:131127:2140",
        f"IFT+4:28::XA+{plant('VIP WCHS')}",
        f"IFT+4:28::XA+CTCT DXB 971 4 555 0199 {plant('HAJJ TOURS')}",
        f"IFT+4:15:0+DXB XA ATH 200.00 IBAN {plant.iban}",
        "ORG+1A:MUC+98765432:DXBXX2145+DXB++T+AE:AED+GT77",
        f"TIF+{plant.lawful}+{plant.titled}:A:1",
        f"IFT+4:28::XA+{plant('MEDICAL')}",
        f"SSR+DOCS:HK:1:XA:::::/P/GHA/G1048826/GHA/11JUL90/M/30JAN31/{plant.lawful}/KOFI",
        f"SSR+MEDA:HK:1:XA:::::{plant()}",
        "TKT+9992400100200:T:1",
        "MON+B:1450.00:AED+T:1622.00:AED",
        f"FOP+CC::3244.00:VI:{plant.card}:0929",
        "TVL+141127:0530:141127:0905+DXB+ATH+XA+418:K",
        "RPI+1+HK",
        f"SSR+STCR:HK:1:XA:::DXB:ATH:{plant()}",
        "DAT+2:141127:0102",
        "ORG+XA++++A",
        "TRI++041:::1",
        f"TIF+{plant.lawful}+{plant.titled}:A:1",
        f"SSD+{SEAT_FOR_DISABLED}++++Y",
        "MSG+8",
        f"TVL+141127:1500:161127+ATH:HONEYMOON HOTEL++HH+Q118:{plant('DBL')}",
        "RPI+1+HK",
        "ABI+4+XA0412:SU+DXB++XA",
        "DAT+T:131127:2140",
        "SAC+++A",
        f"SSR+BLND:HK:1:XA:::::{plant()}",
        "SAC+++X",
        f"IFT+4:19+{plant('PRIEST')}",
        f"LTS+F/FP CCVI{plant.card}/0929 {plant('RABBI')}",
    ]
    return _interchange(segments)


def pnrgov_xml(plant: Planting) -> bytes:
    """The worked XML example with something in its texts, payments and services."""
    text = (MESSAGES / "pnrgov-a.xml").read_text(encoding="utf-8")
    changes = [
        ("GROUP FARE CHECKED", plant("KSML")),
        ("GULF TOURS A", plant("HAJJ")),
        ("411111XXXXXX1111", plant.card),
        ("KOFIMR", plant.titled),
        (">OSEI<", f">{plant.lawful}<"),
        (">12B<", f">{SEAT_FOR_DISABLED}<"),
        (
            '<SSR SSRCode="VGML" ServiceQuantity="1" Status="HK"><Airline Code="XA"/></SSR>',
            f'<SSR SSRCode="VGML" Status="HK"><Airline Code="XA"/><Text>{plant()}</Text></SSR>'
            f'<SSR SSRCode="QQQQ" Status="HK"><Airline Code="XA"/><Text>{plant("WCHR")}</Text></SSR>',
        ),
    ]
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    return text.encode()


def manifest(plant: Planting) -> bytes:
    """A posted manifest whose reservation holds texts where codes should stand."""
    value: dict[str, Any] = {
        "function": "PASSENGER_LIST",
        "transaction_reference": "PLANTED4",
        "flight": {
            "carrier": "XA",
            "number": "418",
            "legs": [
                {
                    "origin": "DXB",
                    "destination": "ATH",
                    "departure": "2027-11-14T05:30",
                    "arrival": "2027-11-14T09:05",
                }
            ],
        },
        "travellers": [
            {
                "surname": plant.lawful,
                "given_names": plant.titled,
                "birth_date": "1990-07-11",
                "seat": SEAT_FOR_DISABLED,
                "carrier_reference": "PLANTED-4",
            }
        ],
        "reservations": [
            {
                "locator": "Q7KD2M",
                "travellers": [
                    {"surname": plant.lawful, "given_names": plant.titled, "seats": [SEAT_FOR_DISABLED]}
                ],
                "service_codes": ["KSML", plant("WCHR"), plant()],
                "payments": [
                    {"form": plant("KOSHER CC"), "card": plant.card},
                    {"form": "IB", "card": plant.iban},
                ],
            }
        ],
        "dropped": {"religion": plant()},
        "faults": [plant()],
    }
    return json.dumps(value).encode()


def refused(plant: Planting) -> bytes:
    """A list that is refused, so that its words may be in no answer, receipt or log line."""
    segments = [
        "UNH+1+PAXLST:D:15B:UN:IATA",
        "BGM+745",
        f"FTX+AAI+++{plant('KSML')}",
        f"NAD+FL+++{plant.lawful}:{plant('RABBI')}",
        f"DTM+329:{plant()}",
    ]
    return _interchange(segments)


#: Each format: how it is named, its content type, and how its message is planted.
FORMATS: dict[str, tuple[str, Callable[[Planting], bytes]]] = {
    "PAXLST": ("application/edifact", paxlst),
    "PNRGOV": ("application/edifact", pnrgov),
    "XML": ("application/xml", pnrgov_xml),
    "JSON": ("application/json", manifest),
    "REFUSED": ("application/edifact", refused),
}


def _interchange(segments: list[str]) -> bytes:
    body = "'".join([*segments, f"UNT+{len(segments) + 1}+1"])
    return f"UNA:+.? 'UNB+UNOA:4+XADCS+XAAGOV+271114:0410+{SIGN}'{body}'UNZ+1+{SIGN}'".encode()

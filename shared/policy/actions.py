"""The closed values of the safeguards catalogue: actions, purposes, orders, fields and codes.

Source: safeguards catalogue §1 (purpose codes) and §4a (actions and closed values).
"""

from typing import Final

OPERATIONAL_PURPOSES: Final = ("TERR_PREVENT", "TERR_DETECT", "TERR_INVESTIGATE", "TERR_TRAVEL")
PROTECTIVE_PURPOSES: Final = ("OVERSIGHT", "SUBJECT_RIGHTS", "REDRESS", "CHILD_PROTECTION")
PURPOSES: Final = (*OPERATIONAL_PURPOSES, *PROTECTIVE_PURPOSES, "VITAL_INTEREST")

ACTIONS_BY_STAGE: Final[dict[str, tuple[str, ...]]] = {
    "ingest": ("ingest.accept",),
    "screening": ("screen.run", "screen.use_entry", "cleared.lookup", "rule.activate", "model.renew"),
    "review": ("hit.transition", "action.order", "cleared.add", "biometric.compare"),
    "watchlist": ("wl.import", "wl.nominate", "wl.activate", "wl.renew", "wl.remove"),
    "sharing": ("share.send", "exchange.control", "item.use", "consular.notify", "emergency.declare"),
    "retention": ("retention.extend", "retention.hold", "reident.execute", "record.erase", "record.mask"),
    "access": (
        "record.read",
        "record.export",
        "config.change",
        "subject.answer",
        "notify.defer",
        "redress.decide",
        "incident.close",
        "oversight.read",
        "oversight.suspend",
        "oversight.lift_suspension",
    ),
}
ACTIONS: Final = tuple(action for actions in ACTIONS_BY_STAGE.values() for action in actions)

DATA_CLASSES: Final = ("HIT", "API", "PNR", "PNR_MASKED", "WL_ENTRY", "BIOMETRIC", "STATISTICS")
ORDER_KINDS: Final = (
    "SECONDARY_INSPECTION",
    "OBSERVE",
    "CONTACT_NOMINATOR",
    "BOARDING_ADVICE",
    "BOARDING_HOLD",
    "NOTIFY_STATE",
    "DOCUMENT_CHECK",
    "REFER_CHILD",
    "REFER_VICTIM",
    "REFER_ASYLUM",
)
PROTECTED_ATTRIBUTES: Final = (
    "race",
    "colour",
    "ethnicity",
    "religion",
    "belief",
    "opinion",
    "health",
    "sexual_orientation",
    "trade_union",
    "gender_identity",
)
PROXIES: Final = (
    "meal_code",
    "name_language",
    "name_script",
    "surname_family",
    "place_of_worship",
    "language_spoken",
)
ONLY_BESIDE_BEHAVIOUR: Final = ("nationality", "birth_country", "sex", "age")
SENSITIVE_FIELDS: Final = (
    "ssr_meal",
    "ssr_medical",
    "ssr_mobility",
    "osi_text",
    "remarks",
    "religion",
    "health",
    "ethnicity",
)
HANDLING_CODES: Final = ("H0", "H1", "H2", "H3", "H4")

RULES: Final = tuple(f"SG-{number:02d}" for number in range(1, 46))

"""The checks of the protocol's §9.7: each is a sentence, the requests that try it, and what must be answered.

Source: sharing-protocol.md §6, §9.7, §10; safeguards.md SG-29 to SG-39.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from deploy.local.conformity.kit import (
    PERSON,
    Kit,
    Message,
    a_key_of_nobody,
    a_message,
    a_notice,
    a_request,
    a_stranger,
    hashes_of,
    octets_of,
    resealed,
)
from services.sharing.protocol.http_signature import SignedRequest
from services.sharing.protocol.payload_parts import Part
from services.sharing.protocol.payloads import PAYLOADS
from services.sharing.protocol.sender import Sender
from shared.identifiers import AuthorityId

RECEIVED, NOT_IN_SCOPE = "RECEIVED", "NOT_IN_SCOPE"
#: What is refused by a code leaves nothing behind; what is refused by our own rules leaves a signed receipt.
STATUS_OF: Final[Mapping[str, int]] = {
    "E401": 401,
    "E403": 403,
    "E409": 409,
    "E410": 410,
    "E415": 415,
}


@dataclass(frozen=True, slots=True)
class Probe:
    """One request and what must be answered: a receipt's outcome, or one of some codes."""

    request: SignedRequest = field(repr=False)
    outcome: str | None = None
    codes: tuple[str, ...] = ()
    #: The receipt must be byte for byte that of the probe before.
    as_before: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that a counterpart must do. `make` builds the requests at the moment they are sent."""

    name: str
    rule: str
    sentence: str
    make: Callable[[Kit], Sequence[Probe]]


def _received(kit: Kit, message: Message) -> Probe:
    return Probe(a_request(kit, message), RECEIVED)


def _refused(kit: Kit, message: Message) -> Probe:
    return Probe(a_request(kit, message), NOT_IN_SCOPE)


def _notice(kit: Kit) -> list[Probe]:
    return [_received(kit, a_message(kit))]


def _repeat(kit: Kit) -> list[Probe]:
    message = a_message(kit)
    return [_received(kit, message), Probe(a_request(kit, message), RECEIVED, as_before=True)]


def _replay(kit: Kit) -> list[Probe]:
    request = a_request(kit, a_message(kit))
    return [Probe(request, RECEIVED), Probe(request, codes=("E409",))]


def _id_used_again(kit: Kit) -> list[Probe]:
    first = a_message(kit)
    other = a_message(kit, message_id=first.message_id, necessity="Something else under the same id.")
    return [_received(kit, first), Probe(a_request(kit, other), codes=("E409",))]


def _foreign_key(kit: Kit) -> list[Probe]:
    stranger = replace(kit, sender=a_stranger(kit))
    unknown = Sender(AuthorityId("XZZ-PIU-01"), "XZZ-PIU-01.unknown", kit.sender.key)
    return [
        Probe(a_request(stranger, a_message(kit)), codes=("E401",)),
        Probe(a_request(kit, a_message(kit, sender=stranger.sender)), codes=("E401",)),
        Probe(a_request(replace(kit, sender=unknown), a_message(kit, sender=unknown)), codes=("E401",)),
    ]


def _without(request: SignedRequest, *names: str) -> SignedRequest:
    return replace(
        request, headers={name: value for name, value in request.headers.items() if name not in names}
    )


def _with(request: SignedRequest, **headers: str) -> SignedRequest:
    changed = {name.replace("_", "-"): value for name, value in headers.items()}
    return replace(request, headers={**request.headers, **changed})


def _stripped(kit: Kit) -> list[Probe]:
    request = a_request(kit, a_message(kit))
    bare = ("signature", "signature-input", "content-digest")
    return [Probe(_without(request, name), codes=("E401",)) for name in bare] + [
        Probe(_without(request, *bare), codes=("E401",))
    ]


def _doubled(kit: Kit) -> list[Probe]:
    request = a_request(kit, a_message(kit))
    twice = request.headers["signature"]
    inputs = request.headers["signature-input"]
    return [
        Probe(_with(request, signature=f"{twice}, {twice.replace('sig1', 'sig2')}"), codes=("E401",)),
        Probe(_with(request, signature_input=f"{inputs}, {inputs.replace('sig1', 'sig2')}"), codes=("E401",)),
    ]


def _altered_request(kit: Kit) -> list[Probe]:
    request = a_request(kit, a_message(kit))
    other = a_message(kit)
    return [
        Probe(replace(request, body=other.signed.encode()), codes=("E401",)),
        Probe(_with(request, recipient="XZZ-PIU-01"), codes=("E401",)),
        Probe(_with(request, message_id=str(other.message_id)), codes=("E401",)),
    ]


def _other_message_signed(kit: Kit) -> list[Probe]:
    """The request is signed rightly, for another message than the one that it carries."""
    message = a_message(kit)
    named = replace(message, message_id=kit.new_id())
    return [Probe(a_request(kit, named), codes=("E401",))]


def _altered_conditions(kit: Kit) -> list[Probe]:
    """The envelope's conditions were changed after it was signed; the request's own signature is right."""
    message = a_message(kit)
    other = a_message(kit, handling={"code": "H1", "conditions": [], "caveats": ["C1", "C2", "C3", "C4"]})
    head, _, signature = message.signed.split(".")
    forged = ".".join((head, other.signed.split(".")[1], signature))
    return [Probe(a_request(kit, replace(message, signed=forged)), codes=("E401",))]


def _stale(kit: Kit) -> list[Probe]:
    now = kit.now()
    message = a_message(kit)
    old = a_message(
        kit, created_at=_text(now - timedelta(hours=80)), expires_at=_text(now - timedelta(hours=9))
    )
    early = a_message(
        kit, created_at=_text(now + timedelta(hours=2)), expires_at=_text(now + timedelta(hours=3))
    )
    return [
        Probe(a_request(kit, message, created=now - timedelta(minutes=20)), codes=("E410",)),
        Probe(a_request(kit, message, created=now + timedelta(minutes=20)), codes=("E410",)),
        Probe(a_request(kit, old), codes=("E410",)),
        Probe(a_request(kit, early), codes=("E410",)),
    ]


def _long_life(kit: Kit) -> list[Probe]:
    now = kit.now()
    return [
        Probe(a_request(kit, a_message(kit, expires_at=_text(now + timedelta(hours=73)))), codes=("E415",))
    ]


def _to_another(kit: Kit) -> list[Probe]:
    elsewhere = replace(kit, recipient="XZZ-PIU-01")
    return [Probe(a_request(elsewhere, a_message(elsewhere)), codes=("E401", "E403"))]


def _unknown_fields(kit: Kit) -> list[Probe]:
    message = a_message(kit)
    octets = octets_of(a_notice(), score=0.97)
    hashes: dict[str, Any] = {**hashes_of(kit, message.message_id, octets)}
    bent = resealed(kit, a_message(kit, message_id=message.message_id, **hashes), octets)
    return [
        Probe(a_request(kit, a_message(kit, remarks="a field that nobody agreed on")), codes=("E415",)),
        Probe(a_request(kit, bent), codes=("E415",)),
        Probe(a_request(kit, a_message(kit, purpose="IMMIGRATION_GENERAL")), codes=("E415",)),
        Probe(a_request(kit, a_message(kit, legal_ref=None)), codes=("E415",)),
    ]


def _other_payload(kit: Kit) -> list[Probe]:
    """What is sealed is not what was hashed."""
    message = resealed(kit, a_message(kit), octets_of(a_notice(event="ARRIVAL")))
    return [Probe(a_request(kit, message), codes=("E415",))]


def _unread(kit: Kit) -> list[Probe]:
    """Nothing can open the seal: only who never tries can say that it is not in scope."""
    return [_refused(kit, a_message(kit, seal_to=a_key_of_nobody(kit), agreement_id="NO-SUCH-AGREEMENT"))]


def _unopenable(kit: Kit) -> list[Probe]:
    return [Probe(a_request(kit, a_message(kit, seal_to=a_key_of_nobody(kit))), codes=("E401",))]


def _agreement(kit: Kit) -> list[Probe]:
    late = (kit.now() + timedelta(days=2000)).date().isoformat()
    return [
        _refused(kit, a_message(kit, agreement_id="NO-SUCH-AGREEMENT")),
        _refused(kit, a_message(kit, agreement_id=None)),
        _refused(kit, a_message(kit, retention_until=late)),
    ]


def _conditions(kit: Kit) -> list[Probe]:
    caveats = ["C1", "C2", "C3", "C4"]
    return [
        _refused(kit, a_message(kit, handling={"code": code, "conditions": conditions, "caveats": caveats}))
        for code, conditions in (("H2", ["no-such-condition"]), ("H4", []), ("H2", ["originator-only"]))
    ]


def _onward(kit: Kit) -> list[Probe]:
    return [_refused(kit, a_message(kit, originator="XZZ-PIU-01"))]


def _child(kit: Kit) -> list[Probe]:
    birth = {"kind": "YEAR", "date": str(kit.now().year - 12)}
    return [_refused(kit, a_message(kit, payload=a_notice({**PERSON, "birth": birth})))]


def _pattern(kit: Kit) -> list[Probe]:
    request = _part(
        "PNR_REQUEST",
        case_ref="C-1",
        offence_class="TERRORIST_TRAVEL",
        grounds="Everybody on a route.",
        elements=["names"],
        period={"from": "2026-06-01", "to": "2026-06-10"},
        why_this_authority="The route ends there.",
        masked_ok=True,
    )
    return [_refused(kit, a_message(kit, "PNR_REQUEST", request))]


def _recall_of(target: Message, kit: Kit) -> Message:
    recall = _part(
        "RECALL",
        target_message_id=target.message_id,
        kind="ERASE",
        reason_code="MISTAKEN_IDENTITY",
        urgent=False,
        onward_instructions="Erase it, and have everyone erase it to whom you passed it.",
    )
    return a_message(kit, "RECALL", recall, in_reply_to=target.message_id, agreement_id=None)


def _recall(kit: Kit) -> list[Probe]:
    sent, never_sent = a_message(kit), a_message(kit)
    return [
        _received(kit, sent),
        _received(kit, _recall_of(sent, kit)),
        _received(kit, _recall_of(never_sent, kit)),
    ]


def _overtaken(kit: Kit) -> list[Probe]:
    message = a_message(kit)
    return [_received(kit, _recall_of(message, kit)), _refused(kit, message)]


def _oversight(kit: Kit) -> list[Probe]:
    """A digest that the other side would keep otherwise: the two oversight logs could never be compared."""
    return [Probe(a_request(kit, a_message(kit, oversight_copy=f"sha256:{'0' * 64}")), codes=("E415",))]


def _part(type_: str, **content: Any) -> Part:
    return PAYLOADS[type_].model_validate(content)


def _text(moment: Any) -> str:
    return str(moment.isoformat().replace("+00:00", "Z"))


CHECKS: Final[Sequence[Check]] = (
    Check("notice", "§6", "A notice that is right is received, and its signed receipt proves it.", _notice),
    Check("repeat", "§9.5", "The same message again gets the same receipt and changes nothing.", _repeat),
    Check("replay", "§9.5", "The same request again is refused.", _replay),
    Check("id-used-again", "§5", "An id that was used is refused with another message.", _id_used_again),
    Check(
        "foreign-key",
        "SG-29",
        "A key that the register does not hold for the sender is refused.",
        _foreign_key,
    ),
    Check("stripped", "§9.2", "A request without its signature or digest is refused.", _stripped),
    Check("doubled", "§9.2", "A request with two signatures is refused.", _doubled),
    Check("altered-request", "§9.2", "A request that was changed on its way is refused.", _altered_request),
    Check("other-message", "§9.2", "A request signed for another message is refused.", _other_message_signed),
    Check(
        "altered-conditions", "SG-32", "Conditions changed after signing are refused.", _altered_conditions
    ),
    Check("stale", "§9.2", "What is over, or from the future, is refused.", _stale),
    Check("long-life", "§5", "An envelope that lives over 72 hours is refused.", _long_life),
    Check("to-another", "§5", "A message to another authority is refused.", _to_another),
    Check(
        "unknown-fields",
        "§9.1",
        "Unknown and missing fields are refused, outside and inside the seal.",
        _unknown_fields,
    ),
    Check("other-payload", "§6", "A payload that is not the one that was hashed is refused.", _other_payload),
    Check("unopenable", "§6", "A payload that is sealed to somebody else is refused.", _unopenable),
    Check(
        "oversight-copy", "SG-42", "An oversight digest that does not fit the message is refused.", _oversight
    ),
    Check("unread", "§6", "What fails the recipient's own rules is deleted without being opened.", _unread),
    Check(
        "agreement", "SG-30", "A message outside the agreement, or kept longer, is not in scope.", _agreement
    ),
    Check("conditions", "SG-32", "Conditions that cannot be kept make a message not in scope.", _conditions),
    Check("onward", "SG-33", "What another State originated is not in scope without consent.", _onward),
    Check("child", "SG-16", "A notice about a child is not in scope.", _child),
    Check("pattern", "§5", "A request by pattern is not in scope.", _pattern),
    Check("recall", "SG-37", "A recall is taken; so is one of what was never sent, and alike.", _recall),
    Check("overtaken", "SG-37", "A notice that its recall overtook is not in scope.", _overtaken),
)
"""Every check that one request and its answer can tell."""

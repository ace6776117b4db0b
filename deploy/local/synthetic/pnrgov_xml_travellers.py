"""The travellers of a PNR as PNRGOV XML: names, documents, tickets, payments and bags."""

from lxml.etree import _Element as Element

from deploy.local.synthetic.pnrgov_xml_wire import (
    add,
    add_contact,
    add_excess,
    add_services,
    day,
    moment,
    whole,
)
from shared.travel.reservation import Payment, Reservation, ReservationTraveller
from shared.travel.reservation_parts import TicketDetail, WhereSent
from shared.travel.traveller import TravelDocument

_KINDS = {"ADULT": "A", "CHILD": "C", "INFANT": "IN", "GROUP": "G"}
_USES = {"2": "OLD", "3": "NEW"}
_INDICATORS = {"NR": "NonRefundableInd", "NE": "NonEndorsableInd", "PE": "PenaltyRestrictionInd"}


def add_passenger(pnr: Element, reservation: Reservation, traveller: ReservationTraveller) -> None:
    """One traveller, with documents, tickets, payments and bags, as Passenger."""
    passenger = add(
        pnr,
        "Passenger",
        RPH=traveller.reference,
        SurnameRefNumber=traveller.unique_id,
        PassengerTypeCode=None if traveller.kind is None else _KINDS[traveller.kind],
        AccompaniedByInfantInd="true" if traveller.has_infant else None,
    )
    if traveller.given_names is not None:
        add(passenger, "GivenName", traveller.given_names)
    add(passenger, "Surname", traveller.surname)
    for each in traveller.memberships:
        add(passenger, "CustLoyalty", ProgramID=each.airline, MembershipID=each.number, LoyalLevel=each.level)
    for bags in traveller.excess_baggage:
        add_excess(passenger, bags)
    for fare in traveller.fares:
        add(
            passenger,
            "FareInfo",
            PTC_Code=fare.traveller_type,
            DiscountPercent=fare.percentage,
            CountryCode=fare.country,
            DiscountedFareType=fare.discount,
            FareBasis=fare.basis,
        )
    add_services(passenger, reservation, WhereSent.TRAVELLER, traveller.reference)
    _add_documents(passenger, traveller)
    for contact in traveller.contacts:
        add_contact(passenger, contact)
    _add_tagged_bags(passenger, traveller)
    for ticket in traveller.ticket_details:
        _add_ticket(passenger, reservation, traveller, ticket)


def _add_documents(passenger: Element, traveller: ReservationTraveller) -> None:
    for document in traveller.documents:
        if document.type == "V":
            add(
                add(passenger, "DOC_SSR", SSRCode="DOCO", ServiceQuantity="1", Status="HK"),
                "DOCO",
                TravelDocType="V",
                TravelDocNbr=document.number,
                DateOfIssue=day(document.issued),
                CountryState=document.issuer,
            )
        else:
            _add_docs(passenger, traveller, document)
    for kind, address in (("D", traveller.destination), ("R", traveller.residence)):
        if address is not None:
            add(
                add(passenger, "DOC_SSR", SSRCode="DOCA", ServiceQuantity="1", Status="HK"),
                "DOCA",
                AddressType=kind,
                Address=address.street,
                CityName=address.city,
                PostalCode=address.postal_code,
                StateProvCounty=address.region,
                Country=address.country,
            )


def _add_docs(passenger: Element, traveller: ReservationTraveller, document: TravelDocument) -> None:
    sex = None if traveller.sex is None else traveller.sex.value
    add(
        add(passenger, "DOC_SSR", SSRCode="DOCS", ServiceQuantity="1", Status="HK"),
        "DOCS",
        TravelDocType=document.type,
        TravelDocNbr=document.number,
        IssuingLoc=document.issuer,
        ExpiryDate=day(document.expiry),
        DateOfBirth=None if traveller.birth_date is None else str(traveller.birth_date),
        PaxNationality=traveller.nationality,
        Gender=f"{sex}I" if sex and traveller.kind == "INFANT" else sex,
        Surname=traveller.surname,
        FirstGivenName=traveller.given_names,
    )


def _add_tagged_bags(passenger: Element, traveller: ReservationTraveller) -> None:
    for bags in traveller.bags:
        for tag in bags.tags:
            weight = bags.weight_kg
            add(
                passenger,
                "ExcessBaggage",
                IssuerCode=tag.carrier,
                SerialNumber=tag.number,
                SequenceCount=whole(tag.count),
                BaggagePool=bags.pool,
                UnitOfMeasureQuantity=whole(bags.pieces if weight is None else weight),
                UnitOfMeasureCode=None if weight is None else "KG",
                BagDestination=tag.destination,
            )


def _add_ticket(
    passenger: Element, reservation: Reservation, traveller: ReservationTraveller, detail: TicketDetail
) -> None:
    ticket = add(
        passenger,
        "TicketDocument",
        TicketDocumentNbr=detail.number,
        Type=detail.type,
        DateOfIssue=moment(detail.issued_at),
        TicketLocation=detail.place,
    )
    for price in detail.prices:
        name = "BaseFare" if price.kind == "B" else "TotalFare"
        add(ticket, name, Amount=price.amount, CurrencyCode=price.currency)
    marks = {_INDICATORS[each]: "true" for each in detail.price_indicators}
    if detail.deadline is not None or marks:
        deadline = detail.deadline
        clock = None if deadline is None else f"{deadline:%H:%M:%S}"
        add(ticket, "PricingInfo", Date=day(deadline and deadline.date()), Time=clock, **marks)
    taxes = add(ticket, "Taxes")
    for tax in detail.taxes:
        add(
            taxes,
            "Tax",
            Amount=tax.amount,
            ISOCountry=tax.country,
            CurrencyCode=tax.currency,
            TaxType=tax.code,
        )
    for payment in reservation.payments:
        if (payment.traveller_reference, payment.ticket) == (traveller.reference, detail.number):
            _add_payment(ticket, payment)


def _add_payment(ticket: Element, payment: Payment) -> None:
    use = None if payment.indicator is None else _USES[payment.indicator]
    add(
        ticket,
        "PaymentInfo",
        PaymentType=payment.form,
        PaymentUse=use,
        PaymentAmount=payment.amount,
        VendorCode=payment.vendor,
        AccountNbr=payment.card,
        ExpiryDate=payment.expiry,
        CardHolderName=None if payment.payer is None else payment.payer.name,
    )

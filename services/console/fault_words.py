"""What a carrier's desk reads about each fault of a message: what is wrong, and what to do."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

FAULT_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # Who sends.
        "SENDER_UNKNOWN": "This account is not registered here. Call the State's desk.",
        "SENDER_NAME_UNKNOWN": "This account is not registered with the sender that the message names.",
        "WRONG_CARRIER": "This account may not report flights of this carrier.",
        "PROFILE_NOT_IN_FORCE": "The State may collect nothing at the moment. Call its desk.",
        # The message as a whole.
        "FORMAT": "The file is of no kind that is read here.",
        "TRUNCATED": "The message is cut off before its end. Send it whole.",
        "TRAILER_MISSING": "The message has no end (UNT or UNZ). Send it whole.",
        "MESSAGE_MISSING": "The interchange holds no message.",
        "MESSAGE_TYPE_UNSUPPORTED": "Messages of this type are not taken.",
        "VERSION_UNSUPPORTED": "This version of the message is not taken.",
        "FUNCTION_UNKNOWN": "What the list is for could not be told.",
        "FUNCTION_MISSING": "The message does not say what it is for.",
        "JSON_UNREADABLE": "The file is no JSON.",
        "XML_UNREADABLE": "The file is no XML.",
        "DOCTYPE": "XML with a DOCTYPE is not read. Send it without.",
        "MEMBER_UNKNOWN": "The manifest has a member that nobody knows.",
        "MEMBER_MISSING": "The manifest lacks a member.",
        "MEMBER_INVALID": "This member is not written as it should be.",
        "COUNT_MISMATCH": "The stated number is not the number that came.",
        "REFERENCE_MISMATCH": "The reference at the end is not the one at the beginning.",
        "REFERENCE_REUSED": "This transaction reference came before with other content. Taken as new.",
        "REPERTOIRE_EXCEEDED": "There are characters that the stated alphabet does not have.",
        "READ_AS_UTF_8": "The characters were read as UTF-8, though something else is stated.",
        "READ_AS_LATIN_1": "The characters were read as Latin-1, though something else is stated.",
        # The flight.
        "FLIGHT_UNREADABLE": "The flight could not be read.",
        "FLIGHT_MISSING": "The flight is missing.",
        "FLIGHT_TIME_MISSING": "The flight has no time.",
        "FLIGHT_TIME_UNREADABLE": "A time of the flight could not be read.",
        "FLIGHT_NUMBER_DIFFERS": "The carrier and the flight number do not agree.",
        "CARRIER_MISMATCH": "The carrier and the flight number do not agree.",
        "LEG_MISSING": "No leg could be told from the airports.",
        "FLIGHT_FACT_MISSING": "Say it above the travellers, or in a column of this title in each row.",
        "FLIGHT_FACT_UNREADABLE": "It is not written as in the template.",
        "FLIGHTS_DIFFER": "The rows say different things about the flight. One file is for one flight.",
        # Travellers.
        "NAME_MISSING": "The surname is missing.",
        "SURNAME_MISSING": "The surname is missing.",
        "NAME_CHARACTERS": "The name has characters that no travel document has.",
        "BIRTH_DATE_IMPOSSIBLE": "The date of birth cannot be.",
        "BIRTH_DATE_IN_FUTURE": "The date of birth lies in the future.",
        "BIRTH_DATE_IMPLAUSIBLE": "The date of birth is hardly right. Please check it.",
        "BIRTH_DATE_UNREADABLE": "The date of birth could not be read. Write 1984-02-29.",
        "DATE_UNREADABLE": "A date could not be read.",
        "DATE_AMBIGUOUS": "The date may mean two days. Write 1984-02-29.",
        "SEX_UNKNOWN": "The sex is none of F, M and X.",
        "STATE_UNKNOWN": "No State has these letters. The rest of the traveller was taken.",
        "ROLE_UNKNOWN": "Whether this is a passenger or crew could not be told.",
        "TRAVELLER_MERGED": "The same person stands here twice and was taken once.",
        "POSSIBLE_DUPLICATE": "Perhaps the same person as another one of this list.",
        "TRAVELLER_NOT_REPORTED_BEFORE": "Nobody reported this person for the flight before.",
        "TRAVELLER_UNKNOWN": "This refers to a traveller who is not in the message.",
        "NUMBER_NOT_TEXT": "Zeros in front may be lost. Format the column as text.",
        # Documents.
        "DOCUMENT_MISSING": "No travel document was sent.",
        "DOCUMENT_NUMBER_MISSING": "The document has no number.",
        "DOCUMENT_NUMBER_LENGTH": "The document number is longer or shorter than this State's are.",
        "DOCUMENT_NUMBER_CHARACTERS": "The document number has characters that none has.",
        "DOCUMENT_NUMBER_PLACEHOLDER": "The document number is a placeholder.",
        "DOCUMENT_NUMBER_WITH_CHECK_DIGIT": "The check digit seems to be part of the document number.",
        "DOCUMENT_NUMBER_IS_ZONE": "The machine-readable zone stands where the number belongs.",
        "DOCUMENT_CHECK_DIGIT": "A check digit is wrong. Read the document again.",
        "DOCUMENT_EXPIRED": "The document expires before the flight.",
        "DOCUMENT_DATE_IMPOSSIBLE": "A date of the document cannot be.",
        "DOCUMENT_EXPIRY_IMPLAUSIBLE": "The expiry date is hardly right. Please check it.",
        "DOCUMENT_ISSUED_AFTER_TRAVEL": "The document was issued after the flight.",
        "DOCUMENT_ISSUED_AFTER_EXPIRY": "The document was issued after it expires.",
        "DOCUMENT_ISSUER_IMPOSSIBLE": "No such State issues documents.",
        "NATIONALITY_ISSUER_MISMATCH": "Nationality and issuing State differ. Please check both.",
        "MAX_DOCUMENTS": "There are more documents than are taken for one traveller.",
        # Sheets.
        "COLUMN_UNKNOWN": "Nobody knows a column of this title, so it was not read.",
        "COLUMN_REPEATED": "Two columns have the same title. Keep one.",
        "CELL_UNREADABLE": "The cell is not written as in the template.",
        "CELL_ERROR": "The cell shows an error.",
        "CELL_TOO_LONG": "The cell holds too much.",
        "FORMULA": "Paste the value in place of the formula.",
        "HEADER_MISSING": "No row has the column titles. 'Surname' must be one of them.",
        "NO_TRAVELLERS": "There is no row below the titles.",
        "HIDDEN_SHEET": "The workbook has a hidden sheet. Delete it or show it.",
        "SECOND_SHEET": "Only the first sheet is read. Delete the others, or send a file for each.",
        "MACRO": "Save the workbook without macros (xlsx).",
        "EXTERNAL_LINK": "The workbook reads from another file. Paste the values and remove the link.",
        "EMBEDDED_OBJECT": "The workbook holds another file. Send the bare table.",
        "ENCODING_UNKNOWN": "Save the file as 'CSV UTF-8', or send the workbook.",
        "CSV_UNREADABLE": "A quotation mark is not closed.",
        "TOO_MANY_ROWS": "The sheet has too many rows. Delete empty ones, or send several files.",
        "TOO_MANY_COLUMNS": "The sheet has too many columns.",
        "WORKBOOK_TOO_LARGE": "The workbook is too large. Send the bare table.",
        "WORKBOOK_UNREADABLE": "The workbook is damaged. Save it again as xlsx, or send CSV.",
        # What is not kept.
        "GATE_PASS_NOT_KEPT": "Gate passes are answered, and nobody on them is kept.",
        "MASTER_CREW_LIST_NOT_KEPT": "Master crew lists are answered, and nobody on them is kept.",
        "MORE_FAULTS": "There were more faults than are shown.",
    }
)


def fault_in_words(code: str) -> str:
    """The sentence for a fault's code; a code without one is shown as words."""
    return FAULT_WORDS.get(code) or f"{code.replace('_', ' ').capitalize()}."

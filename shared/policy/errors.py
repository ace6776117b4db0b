"""What can be wrong with a catalogue. Each of these stops a service from starting.

CatalogueFault
├── CatalogueUnreadable     a file is absent, or bundle.json has another form
├── CatalogueEmpty          no safeguard is written, or SG-45 is not in force
├── PolicyUnreadable        a file is not Cedar, or lacks an annotation
├── PolicyNotValid          a file reads a fact that the schema does not know, or of another type
├── CatalogueAltered        a file is not the one that bundle.json names
└── SafeguardNotWritten     bundle.json puts a safeguard in force that nobody wrote
"""

from shared.errors import DomainError


class CatalogueFault(DomainError):
    """The safeguards cannot be loaded, so nothing may be decided."""

    code = "CATALOGUE_FAULT"
    sentence = "The safeguards catalogue cannot be used."


class CatalogueUnreadable(CatalogueFault):
    """A file is absent, or `bundle.json` has another form."""

    code = "CATALOGUE_UNREADABLE"
    sentence = "The safeguards catalogue cannot be read: {file}."


class CatalogueEmpty(CatalogueFault):
    """No safeguard is written, or SG-45, which judges every action, is not in force."""

    code = "CATALOGUE_EMPTY"
    sentence = "The safeguards catalogue puts no safeguard in force; everything would be permitted."


class PolicyUnreadable(CatalogueFault):
    """A file is not Cedar, or a policy in it lacks an annotation."""

    code = "POLICY_UNREADABLE"
    sentence = "{file} cannot be read as a safeguard: {fault}."


class PolicyNotValid(CatalogueFault):
    """A policy reads a fact that the schema does not know, or of another type."""

    code = "POLICY_NOT_VALID"
    sentence = "The safeguards do not fit their schema: {fault}."


class CatalogueAltered(CatalogueFault):
    """A file is not the one that `bundle.json` names."""

    code = "CATALOGUE_ALTERED"
    sentence = "{file} is not the file that bundle.json names."


class SafeguardNotWritten(CatalogueFault):
    """`bundle.json` puts a safeguard in force that nobody wrote."""

    code = "SAFEGUARD_NOT_WRITTEN"
    sentence = "bundle.json puts {rule} in force, and no file of the catalogue holds it."

"""How long a record is kept: masked, held, shown once more under a grant, erased."""

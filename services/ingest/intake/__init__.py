"""One message on its way in: accepted or refused, linked to its flight and people, stored, answered."""

"""Messages between services: written with the business, carried by a relay, harmless when repeated."""

"""The traveller's door: a public notice and forms; it holds no key and no database that opens anything."""

"""The registers of authorities, agreements, country risk and laws: two people put an entry in force."""

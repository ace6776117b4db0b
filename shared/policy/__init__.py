"""The safeguards as policy: facts are read in Python, rules are judged in Cedar, doubt refuses."""

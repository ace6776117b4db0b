"""Makes names with Faker, in a Python that has it and nothing of ours.

It reads one JSON object from its input: `locales`, how many `people` of each, and a `seed`. It prints a JSON
line for each: `[locale, surname, given name, sex]`, in the letters of the locale.
"""

import json
import sys

from faker import Faker


def main() -> None:
    """Answer the one question."""
    question = json.load(sys.stdin)
    for locale in question["locales"]:
        names = Faker(locale)
        names.seed_instance(f"{question['seed']} {locale}")
        for number in range(question["people"]):
            if number % 2:
                person = names.last_name_female(), names.first_name_female(), "F"
            else:
                person = names.last_name_male(), names.first_name_male(), "M"
            sys.stdout.write(json.dumps([locale, *person]) + "\n")


if __name__ == "__main__":
    main()

"""Generated cases on which the matcher is measured: names of many regions, families of damage, twins."""

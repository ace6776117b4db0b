"""What the machines over the ways out share: safeguards that forget, and how a machine is run."""

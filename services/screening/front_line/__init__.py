"""The port's own officers: cards, outcomes, the look-up."""

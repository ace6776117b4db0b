"""What a carrier's own system reads back: CUSRES, ACKRES, CONTRL."""

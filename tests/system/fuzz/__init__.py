"""Made inputs for every reader, and the harness that makes them."""

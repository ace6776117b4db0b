"""What must hold for every route and every fault: who may, and what never leaks."""

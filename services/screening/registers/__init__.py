"""What two people put in force before anything is screened: laws, sources, standing orders, approvals."""

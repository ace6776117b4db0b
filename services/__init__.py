"""The four services; none imports another, they meet only through `shared/contracts`."""

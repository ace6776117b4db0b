"""The reader of PNRGOV."""

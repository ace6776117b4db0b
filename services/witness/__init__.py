"""A small witness of audit logs, for a court or ministry: it cosigns what only ever grew."""

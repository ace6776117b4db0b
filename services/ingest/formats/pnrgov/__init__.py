"""PNRGOV: reservations that carriers push, from EDIFACT segments to one parsed message."""

from services.ingest.formats.pnrgov.reader import parse_pnrgov

__all__ = ["parse_pnrgov"]

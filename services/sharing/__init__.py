"""Sharing: confirmed hits become notices to the authorities concerned, or reasons why not."""

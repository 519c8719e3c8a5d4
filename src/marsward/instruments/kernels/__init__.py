"""Compiled loops of the instruments."""

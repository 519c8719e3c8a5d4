"""Compiled loops of the worlds."""

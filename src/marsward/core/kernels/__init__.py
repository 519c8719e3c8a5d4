"""Compiled loops of the vocabulary."""

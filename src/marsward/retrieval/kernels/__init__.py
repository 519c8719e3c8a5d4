"""Compiled loops of the retrievals."""

"""Compiled loops of the dynamics."""

"""Compiled loops of the vehicles: numpy, math and numba only."""

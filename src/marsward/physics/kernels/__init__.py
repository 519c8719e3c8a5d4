"""Compiled loops of the physics: numpy, math and numba only."""

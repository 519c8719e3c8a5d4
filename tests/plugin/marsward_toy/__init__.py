"""A package from outside that adds phases and an instrument to marsward."""

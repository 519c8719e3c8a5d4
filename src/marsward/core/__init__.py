"""The vocabulary of the house: time, frames, bodies, quantities, products."""

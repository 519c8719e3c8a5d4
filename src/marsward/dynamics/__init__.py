"""How things move: ephemeris, forces, propagation, events, orbit determination."""

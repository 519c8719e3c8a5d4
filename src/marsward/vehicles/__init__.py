"""Capsules, parachutes, landers, rovers and helicopters: what flies and drives, and its laws."""

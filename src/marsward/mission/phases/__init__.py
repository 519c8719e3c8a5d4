"""The phases, one file each."""

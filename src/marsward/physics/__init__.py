"""Cited laws on plain arrays: light and reflectance."""

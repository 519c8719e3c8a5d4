"""Figures and report, made from stored products alone."""

"""Conversion of official data sets and checkpoints. Used by tools alone."""

"""Conversion and verification of data sets."""

"""Conversion and verification of data sets, without torch and mmseg."""

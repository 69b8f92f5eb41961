"""Trained models side by side: runs, sheets of pictures, sweeps."""

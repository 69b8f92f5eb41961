"""What became of the gammas while networks trained, by their records."""

"""What a checkpoint exchanges, and how much it relies on it."""

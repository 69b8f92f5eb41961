"""What a network costs: multiply-adds, parameters, time, memory."""

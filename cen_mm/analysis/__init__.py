"""What tools and tests look at networks with. The package needs none of it."""

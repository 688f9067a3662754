"""What really changed between the two pictures."""

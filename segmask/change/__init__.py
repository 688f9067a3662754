"""Change: what really changed between the original and the registered edit."""

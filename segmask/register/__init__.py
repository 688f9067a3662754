"""The edit onto the original's grid and into its colours."""

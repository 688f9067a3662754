"""Registration: warps the edit onto the original's pixel grid (``align``) and matches its tone (``tone``)."""

"""From the decision to pixels: alpha, outline, hair, skin, the composite."""

"""From evidence and parsings to the decision what comes from the edit, and from the decision to the picture."""

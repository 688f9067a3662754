"""From an instruction in English to the targets that it names."""

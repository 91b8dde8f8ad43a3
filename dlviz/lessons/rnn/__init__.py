"""A network with a memory reads a sequence, and shows what it remembers."""

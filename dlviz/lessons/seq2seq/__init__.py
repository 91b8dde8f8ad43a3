"""How does a translator know where to look? Encoder and decoder learn side by side, with attention and without."""

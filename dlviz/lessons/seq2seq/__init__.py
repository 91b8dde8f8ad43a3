"""How does a translator know where to look? An encoder and a decoder, with attention and without, learn side by side."""

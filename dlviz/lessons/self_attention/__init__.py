"""Self-attention: what each token looks at, and how it learns to."""

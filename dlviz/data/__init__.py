"""Where examples come from: arrays in, tensors out."""

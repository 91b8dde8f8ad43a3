"""Drawing words: arrays in, traces and films out."""

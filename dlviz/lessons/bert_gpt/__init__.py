"""BERT and GPT: the same blocks read both ways, or write the next word."""

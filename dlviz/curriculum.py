"""The chapters and their lessons, in the order of the course."""

CHAPTERS: dict[str, tuple[str, ...]] = {
    "learning": ("gradient_descent", "backprop", "mlp_playground", "loss_landscape"),
    "classic": (),
    "seeing": ("convolution", "cnn", "heatmaps"),
    "remembering": ("rnn", "vanishing_gradient"),
    "attending": ("seq2seq", "self_attention", "bert_gpt"),
    "field": (),
}

LESSONS: tuple[str, ...] = tuple(slug for slugs in CHAPTERS.values() for slug in slugs)

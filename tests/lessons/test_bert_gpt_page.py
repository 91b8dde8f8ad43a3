"""What the page of BERT and GPT does beside what all pages do: it opens in the visitor's own language."""

from __future__ import annotations

import pytest

from tests.test_pages import opened, tried

SLUG = "bert_gpt"
TEXTS = {"ko": "korean", "en": "english"}


@pytest.mark.parametrize("lang", TEXTS)
def test_the_text_is_that_of_the_visitors_language(lang: str) -> None:
    app = opened(SLUG, lang=lang)
    assert app.session_state[f"choices:{SLUG}"]["config"].corpus == TEXTS[lang]


def test_a_link_says_which_text() -> None:
    app = opened(SLUG, lang="en", corpus="korean", temperature="0.5")
    config = app.session_state[f"choices:{SLUG}"]["config"]
    assert (config.corpus, config.temperature) == ("korean", 0.5)
    app.run()
    assert app.session_state[f"choices:{SLUG}"]["config"] == config


def test_a_preset_of_either_language_stays_in_it() -> None:
    app = opened(SLUG, lang="en")
    tried(app, "greedy")
    config = app.session_state[f"choices:{SLUG}"]["config"]
    assert (config.corpus, config.temperature) == ("english", 0.0)


@pytest.mark.parametrize("lang", TEXTS)
def test_a_preset_with_an_example_of_its_own_speaks_the_visitors_language(lang: str) -> None:
    app = opened(SLUG, lang=lang)
    tried(app, "front")
    config = app.session_state[f"choices:{SLUG}"]["config"]
    assert config.corpus == TEXTS[lang]
    assert ("rabbit" in config.sentence) == (lang == "en")

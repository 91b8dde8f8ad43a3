"""What every lesson's page is made of: its head, controls, presets, prediction and words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import streamlit as st

from dlviz.config import Config
from dlviz.text import Text
from dlviz.ui import site
from dlviz.ui.choices import Choices, quoted, shown
from dlviz.ui.controls import panel
from dlviz.ui.fold import fold
from dlviz.ui.stage import Stage

PASSAGES = ("look", "why", "limits", "source")


def open(slug: str) -> Text:
    """The question and one sentence; returns the words of the lesson."""
    text = site.text(slug)
    site.opening(text("title"), text("sentence"))
    return text


@contextmanager
def beside_stage() -> Iterator[tuple[Any, Any]]:
    """The place of the stage, and beside it that of the controls; below it where it is narrow."""
    if site.presenting().hides("controls"):
        yield st.container(key="stage-place"), st.container(key="nothing", height=1)
    else:
        left, right = st.columns([4.2, 1], gap="medium")
        yield left, right.container(key="panel")


def problems(choices: Choices, text: Text) -> None:
    """One line for each value of the link that could not be used."""
    for problem in choices.problems:
        name = text.field(problem.field) if text.has(f"field.{problem.field}") else text("app.step")
        value, fallback = quoted(problem.value), shown(text, problem.field, problem.fallback)
        own = f"unusable.{problem.reason}"
        usual = text("app.unusable", value=value, field=name, fallback=fallback)
        st.caption(":material/link_off: " + (text(own) if text.has(own) else usual))


def steady(
    choices: Choices,
    stage: Stage,
    page: Callable[[Any], Any],
    presets: Mapping[str, tuple[Any, str]],
    *answers: Any,
) -> None:
    """Tells what of the page beside the stage depends on a config: a change of the others redraws the stage alone.

    Args:
        page: of a config, which controls and views it has.
        presets, answers: configs that the page speaks of.
    """
    known = [*(config for config, _ in presets.values()), *answers]
    choices.steady(stage.key, lambda config: (page(config), [other == config for other in known]))


def controls(choices: Choices, text: Text, in_sight: Sequence[str], details: Sequence[str]) -> None:
    """The controls in sight, then the rest under "More"."""
    present = site.presenting()
    if present.hides("controls"):
        return
    panel(choices, text, in_sight)
    if inside := fold(choices.slug, "more", text("group.more")):
        with inside:
            _more(choices, text, details)


def _more(choices: Choices, text: Text, details: Sequence[str]) -> None:
    from dlviz.models.device import device_of, has_gpu, name_of  # torch, which the map does not wait for

    device: Any = getattr(choices.config, "device", "cpu")
    chooses = "device" in choices.type.model_fields and has_gpu()
    panel(choices, text, [*details, "device"] if chooses else details)
    st.caption(text("app.computes", device=name_of(device_of(device))))
    st.button(text("app.reset"), on_click=lambda: choices.set(choices.type()), key=choices.key("reset"))


def views(
    choices: Choices,
    text: Text,
    options: Mapping[str, Sequence[str]],
    called: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """The controls of what changes the view alone: each a name and its options.

    Args:
        choices, text: what the learner has chosen, and the words.
        options: of each view, the usual first.
        called: what options are called that have no words of the lesson, by view, in the order of their list.
    """
    chosen, present = choices.views(options), site.presenting()
    for name, values in options.items():
        if len(values) > 1 and not present.hides("controls", name):
            group = "optimizers" if name == "which" else name
            labels = (called or {}).get(name) or {value: text.option(group, value) for value in values}
            key = choices.key(f"view.{name}")
            st.session_state[key] = chosen[name]

            def change(name: str = name, key: str = key) -> None:
                choices.set_view(name, st.session_state[key], by=name)

            look: dict[str, Any] = {"format_func": labels.__getitem__, "key": key}
            look["on_change"] = choices.heard(f"view.{name}", change)
            look["disabled"] = present.locks(name)
            if len(values) == 2:
                st.segmented_control(text.field(name), list(labels), required=True, **look)
            else:
                st.selectbox(text.field(name), list(labels), **look)


def tries(
    choices: Choices,
    text: Text,
    presets: Mapping[str, tuple[Config, str]],
    views: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Presets: each a config with a promise of what to look for; `views` are further views of some."""
    if site.presenting().hides("tries"):
        return
    presets = {name: preset for name, preset in presets.items() if choices.may(preset[0])}
    if not presets:
        return
    promises = {name: text(f"preset.{name}.promise") for name in presets}
    titles = {name: text(f"preset.{name}.title") for name in presets}
    matching = [name for name, (config, _) in presets.items() if config == choices.config]
    tried = choices.shown("try") if choices.shown("try") in matching else next(iter(matching), None)
    choices.shows("try", tried)
    key = choices.key("view.try")
    st.session_state[key] = tried

    def take() -> None:
        name = st.session_state[key]
        if name not in presets:
            return
        config, picture = presets[name]
        choices.set(config)
        choices.shows("try", name, by="try")
        for view, option in {"picture": picture, **(views or {}).get(name, {})}.items():
            choices.set_view(view, option)

    with st.container(key="tries"):
        st.pills(
            f"**{text('app.tries')}**",
            list(presets),
            format_func=titles.__getitem__,
            key=key,
            required=True,
            help="\n".join(f"- **{title}**: {promises[name]}" for name, title in titles.items()),
            on_change=choices.heard("view.try", take),
        )
    if tried:
        st.info(promises[tried], icon=":material/visibility:")


def predict(
    choices: Choices,
    text: Text,
    config: Config,
    options: Sequence[str],
    reveal: Callable[[], str | None],
    *,
    field: str = "optimizers",
) -> None:
    """A question that the learner commits to; the recording is the answer; `field` names the options' words."""
    if site.presenting().hides("predict", "words") or not choices.may(config):
        return
    key = choices.key("predicted")
    with st.container(key="section-predict", border=True):
        st.markdown(f"## {text('section.predict')}\n\n{text('predict.question')}", anchors=False)
        predicted = st.session_state.get(key)
        choices.awaited = False
        if predicted is None:
            labels = {option: text.option(field, option) for option in options}
            choice = st.radio(
                text("predict.question"),
                options,
                index=None,
                format_func=labels.__getitem__,
                horizontal=True,
                label_visibility="collapsed",
            )

            def commit() -> None:
                st.session_state[key] = choice
                choices.set(config)

            st.button(text("predict.commit"), type="primary", disabled=choice is None, on_click=commit)
            return
        st.markdown(text("predict.yours", choice=text.option(field, predicted)))
        shown = reveal() if choices.config == config else None
        choices.awaited = shown is None and choices.config == config
        if shown:
            st.markdown(text("predict.reveal", losses=shown))
        st.button(text("predict.again"), on_click=lambda: st.session_state.pop(key))


def words(text: Text) -> None:
    """The passages below the stage, but for those that a teacher's link hides."""
    present = site.presenting()
    if present.hides("words"):
        return
    parts = [
        f"## {text(f'section.{name}')}\n\n{text.passage(name)}"
        for name in PASSAGES
        if not present.hides(name)
    ]
    with st.container(key="section-words"):
        st.markdown("\n\n".join([text.passage("intro"), *parts]), anchors=False)

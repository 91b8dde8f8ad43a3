"""A fold of the page: what is inside is made when a learner opens it."""

from __future__ import annotations

from typing import Any

import streamlit as st


def fold(slug: str, name: str, label: str) -> Any:
    """A fold, closed at first.

    Args:
        slug, name: the lesson, and the fold's own name there.
        label: what it is called.

    Returns:
        The place inside; nothing while it is closed, for what nobody sees costs as much as what is seen.
    """
    place = st.expander(label, key=f"{slug}.fold.{name}", on_change="rerun")
    return place if place.open else None

"""One look: colours by their actor, safe for the colour-blind, in light and dark.

Figures name colours by token ("--dl-gradient"); who draws them puts in the colours of the present theme.
Source: Okabe and Ito, Color Universal Design (2008), for the hues.
"""

from __future__ import annotations

from typing import Any

# One colour per actor on all pages, then colours for things of one kind, then the ground.
LIGHT = {
    "--dl-text": "#1d2433",
    "--dl-muted": "#5b6475",
    "--dl-grid": "#e3e7ee",
    "--dl-paper": "#ffffff",
    "--dl-data": "#9c5d00",
    "--dl-model": "#0072b2",
    "--dl-gradient": "#c84b00",
    "--dl-prediction": "#00795a",
    "--dl-attention": "#a8487f",
    "--dl-attention-far": "#d9b3c9",  # what is not looked at now
    "--dl-series-1": "#c84b00",
    "--dl-series-2": "#0072b2",
    "--dl-series-3": "#00795a",
    "--dl-series-4": "#a8487f",
    "--dl-series-5": "#1d2433",
    "--dl-series-6": "#8a6d00",
    "--dl-series-7": "#4a55b8",
    "--dl-minus": "#0072b2",
    "--dl-zero": "#f6f7f9",
    "--dl-plus": "#d55e00",
    "--dl-third": "#00795a",
    "--dl-low": "#7fb4cf",
    "--dl-middle": "#cfe3e6",
    "--dl-high": "#fbf5e6",
    "--dl-contour": "rgba(40, 60, 80, 0.28)",
    "--dl-ridge": "#c4dbe6",  # the same on a surface in space, where nothing shines through
    "--dl-basin-1-near": "#f1c6aa",
    "--dl-basin-1-far": "#aa5823",
    "--dl-basin-2-near": "#9ec9e2",
    "--dl-basin-2-far": "#075e92",
    "--dl-basin-3-near": "#9ed5c8",
    "--dl-basin-3-far": "#07765e",
    "--dl-basin-4-near": "#deb9ce",
    "--dl-basin-4-far": "#853f6c",
    "--dl-basin-5-near": "#ced1d5",
    "--dl-basin-5-far": "#656d79",
    "--dl-basin-6-near": "#e3d99e",
    "--dl-basin-6-far": "#8f7c0d",
    "--dl-basin-7-near": "#babee4",
    "--dl-basin-7-far": "#3f4997",
}
DARK = {
    "--dl-text": "#e8ecf3",
    "--dl-muted": "#a3adbd",
    "--dl-grid": "#2c3444",
    "--dl-paper": "#10141d",
    "--dl-data": "#f0b03f",
    "--dl-model": "#56b4e9",
    "--dl-gradient": "#ff8a4c",
    "--dl-prediction": "#3ccf9f",
    "--dl-attention": "#e79ac4",
    "--dl-attention-far": "#6f4a61",
    "--dl-series-1": "#ff8a4c",
    "--dl-series-2": "#56b4e9",
    "--dl-series-3": "#3ccf9f",
    "--dl-series-4": "#e79ac4",
    "--dl-series-5": "#f5f7fa",
    "--dl-series-6": "#f0d84a",
    "--dl-series-7": "#a9b1ff",
    "--dl-minus": "#3f9fdb",
    "--dl-zero": "#1b212c",
    "--dl-plus": "#f08a3c",
    "--dl-third": "#3ccf9f",
    "--dl-low": "#0d3b52",
    "--dl-middle": "#25485a",
    "--dl-high": "#5b5a55",
    "--dl-contour": "rgba(220, 230, 240, 0.25)",
    "--dl-ridge": "#5d7784",
    "--dl-basin-1-near": "#de7b39",
    "--dl-basin-1-far": "#482c1d",
    "--dl-basin-2-near": "#1f83bb",
    "--dl-basin-2-far": "#0c2e47",
    "--dl-basin-3-near": "#1f9e7f",
    "--dl-basin-3-far": "#0c3733",
    "--dl-basin-4-near": "#b25e8e",
    "--dl-basin-4-far": "#3b2338",
    "--dl-basin-5-near": "#8d949d",
    "--dl-basin-5-far": "#2f343d",
    "--dl-basin-6-near": "#bea61f",
    "--dl-basin-6-far": "#3e3a15",
    "--dl-basin-7-near": "#6069c1",
    "--dl-basin-7-far": "#202648",
}
THEMES = {"light": LIGHT, "dark": DARK}

SERIES = tuple(f"--dl-series-{k}" for k in range(1, 8))
BASINS = tuple(
    (f"--dl-basin-{k}-near", f"--dl-basin-{k}-far") for k in range(1, 8)
)  # a hue each, near and far
HEIGHT = [[0.0, "--dl-low"], [0.5, "--dl-middle"], [1.0, "--dl-high"]]  # of a loss: low is good
SIGNED = [[0.0, "--dl-minus"], [0.5, "--dl-zero"], [1.0, "--dl-plus"]]  # of what is negative or positive
FONT = '"Pretendard", "Noto Sans KR", "Apple SD Gothic Neo", "Malgun Gothic", system-ui, sans-serif'


def literal(name: str) -> str:
    """What somebody else wrote, for a figure: Plotly takes the letters < > & for markup and links."""
    return name.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def painted(part: Any, *, dark: bool = False) -> Any:
    """A copy of a figure with its colour tokens replaced by colours."""
    if isinstance(part, dict):
        return {key: painted(value, dark=dark) for key, value in part.items()}
    if isinstance(part, (list, tuple)):
        return [painted(value, dark=dark) for value in part]
    return (DARK if dark else LIGHT).get(part, part) if isinstance(part, str) else part


def layout(**parts: Any) -> dict[str, Any]:
    """A layout in the one look; parts are Plotly's own."""
    usual: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": 13, "color": "--dl-text"},
        "margin": {"l": 58, "r": 14, "t": 8, "b": 42},
        "showlegend": False,
        "uirevision": "keep",
        "hovermode": "closest",
        "dragmode": "pan",
    }
    return {**usual, **parts}


def axis(title: str = "", **parts: Any) -> dict[str, Any]:
    """An axis in the one look; parts are Plotly's own."""
    usual: dict[str, Any] = {
        "title": {"text": title, "standoff": 6, "font": {"size": 12}},
        "gridcolor": "--dl-grid",
        "zeroline": False,
        "linecolor": "--dl-grid",
        "tickfont": {"color": "--dl-muted", "size": 11},
        "automargin": False,
    }
    return {**usual, **parts}

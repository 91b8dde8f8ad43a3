"""Tables of real measurements: one feature, one target, and a 7:3 split."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from dlviz.data.aside import parted
from dlviz.data.carried import carried_path

# What was measured of the cell nuclei of each tumour: mean, standard error, mean of the three largest.
NUCLEUS = (
    "radius",
    "texture",
    "perimeter",
    "area",
    "smoothness",
    "compactness",
    "concavity",
    "concave_points",
    "symmetry",
    "fractal_dimension",
)


@dataclass(frozen=True)
class Split:
    """Examples to learn from and examples kept aside.

    Attributes:
        train_feature, train_target: 7 of 10 examples, drawn at random.
        test_feature, test_target: the others.
    """

    train_feature: Float32[Tensor, " N"]
    train_target: Float32[Tensor, " N"]
    test_feature: Float32[Tensor, " M"]
    test_target: Float32[Tensor, " M"]


def diabetes(seed: int, standardize: bool) -> Split:
    """Body mass index -> progression of diabetes one year later, 442 patients.

    Args:
        seed: of the split.
        standardize: both in standard deviations from their mean; else both divided by 10.

    Source: Efron et al., Least angle regression, 2004; as scikit-learn carries it.
    """
    patients = carried("diabetes_data_raw.csv.gz")  # (442, 10): age, sex, body mass index, ...
    progression = carried("diabetes_target.csv.gz")  # (442,)
    return split(patients[:, 2], progression, seed, standardize, standardize_target=True)


def breast_cancer(seed: int, standardize: bool) -> Split:
    """Mean radius of the cell nuclei of a tumour -> 1 if it is malignant, 0 if benign, 569 patients.

    Args:
        seed: of the split.
        standardize: the radius in standard deviations from its mean; else divided by 10.

    Source: Street, Wolberg and Mangasarian, 1993; as scikit-learn carries it.
    """
    tumours = carried("breast_cancer.csv", header=1)  # (569, 31): mean radius, ..., 1 if benign
    return split(tumours[:, 0], 1 - tumours[:, -1], seed, standardize, standardize_target=False)


def labelled(name: str) -> tuple[Tensor, Tensor, tuple[str, ...], tuple[str, ...]]:
    """A table of measurements with a class per row: "iris" or "breast_cancer".

    Returns:
        Measurements, float64, (N, D); class numbers, (N,); neutral names of the D columns and of the classes.

    Source: Fisher, 1936; Street, Wolberg and Mangasarian, 1993; as scikit-learn carries them.
    """
    table = carried(f"{name}.csv", header=1)
    if name == "iris":
        names = tuple(f"{part}_{size}" for part in ("sepal", "petal") for size in ("length", "width"))
        return table[:, :-1], table[:, -1].long(), names, ("setosa", "versicolor", "virginica")
    names = tuple(f"{kind}_{of}" for kind in ("mean", "error", "worst") for of in NUCLEUS)
    return table[:, :-1], 1 - table[:, -1].long(), names, ("benign", "malignant")


def carried(name: str, header: int = 0, delimiter: str | None = None) -> Tensor:
    """A table that scikit-learn carries.

    Args:
        name: of the file.
        header: lines to leave out.
        delimiter: between two numbers; by default what the name says.

    Returns:
        Its numbers, float64, a row per line.
    """
    delimiter = delimiter or ("," if name.endswith(".csv") else None)
    file = carried_path("sklearn", "datasets", "data", name)
    table = np.loadtxt(file, delimiter=delimiter, skiprows=header)
    return torch.from_numpy(table)


def split(feature: Tensor, target: Tensor, seed: int, standardize: bool, standardize_target: bool) -> Split:
    """Draws the training examples and brings both columns to a scale, by what the training examples say."""
    train, test = parted(len(feature), seed)

    def scaled(column: Tensor) -> Tensor:
        # z = (x - mean) / deviation
        return (column - column[train].mean()) / column[train].std() if standardize else column / 10

    feature = scaled(feature.double()).float()
    target = (scaled(target.double()) if standardize_target else target).float()
    return Split(feature[train], target[train], feature[test], target[test])

"""The numbers on the page are the recording's."""

from __future__ import annotations

import numpy as np
import pytest

from dlviz import lesson, record
from tests.browser.stage import LESSON, Open, Stage, numbers

EXPERIMENT = lesson("gradient_descent").experiment


def test_captions_and_curves_show_the_recording(page: Open) -> None:
    config = EXPERIMENT.Config(landscape="breast_cancer", optimizers=("sgd", "adam"), batch_size=32, steps=60)
    recording = record(EXPERIMENT, config)
    query = "&".join(f"{name}={value}" for name, value in config.to_query().items())
    stage = Stage(page(f"{LESSON}?{query}", reduced_motion=True))
    for step in (0, 1, 37, 60):
        stage.seek(step)
        frame, adam = recording[step], 1
        place, rule = (numbers(line) for line in stage.caption())
        loss, rate, weight, bias = place[-4:]
        assert loss == pytest.approx(frame.loss[adam], rel=1e-3)
        assert rate == pytest.approx(frame.learning_rate[adam], rel=1e-2)
        assert [weight, bias] == pytest.approx(frame.position[adam].tolist(), abs=6e-4)
        if step:
            assert rule[0] == pytest.approx(frame.first_hat[adam, 0], abs=6e-5)
            assert rule[-1] == pytest.approx(frame.position[adam, 0], abs=6e-5)
    shown = np.array(stage.figure("loss", "gd._fullData.filter(t => t.name === 'Adam')[0].y.length"))
    assert shown == 61
    curve = np.array(stage.figure("loss", "[...gd._fullData.filter(t => t.name === 'Adam')[0].y]"))
    np.testing.assert_allclose(curve, recording.track("loss")[:, adam], rtol=1e-5)


def test_a_typed_formula_becomes_the_landscape_and_a_bad_one_is_refused_with_its_place(page: Open) -> None:
    opened = page(f"{LESSON}?landscape=formula&seed=802", reduced_motion=True)
    stage = Stage(opened).rest()
    field = stage.control("formula").locator("input")
    tape = stage.tape
    field.fill("x**2 + 3*y**2 + sin(x*y)")
    field.press("Enter")
    stage.until_tape(tape)
    stage.rest()
    stage.until("new URLSearchParams(location.search).get('formula') === value", "x**2 + 3*y**2 + sin(x*y)")
    loss, _, x, y = numbers(stage.caption()[0])[-4:]
    assert loss == pytest.approx(x**2 + 3 * y**2 + np.sin(x * y), rel=1e-3)

    tape = stage.tape
    field.fill("x**2 + open(y)")
    field.press("Enter")
    assert opened.locator("[data-testid=stAlert]").inner_text().startswith("open at character 8")
    stage.rest()
    assert stage.tape == tape  # the earlier one stays
    assert field.input_value() == "x**2 + open(y)"  # to be mended, not typed again

    field.fill("x**4 + y**2")
    field.press("Enter")
    stage.until_tape(tape)
    opened.locator("[data-testid=stAlert]").wait_for(state="detached")

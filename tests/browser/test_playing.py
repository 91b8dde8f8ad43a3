"""Playing, pausing, scrubbing and training: what a learner does with the time bar."""

from __future__ import annotations

from tests.browser.server import Server
from tests.browser.stage import LESSON, Open, Stage, numbers, sent

QUIET = 900  # ms in which a stage that wants something asks for it several times
LONG = f"{LESSON}?landscape=rosenbrock&steps=500"


def test_live_training_pauses_scrubs_and_goes_on(page: Open, server: Server) -> None:
    opened = page("about:blank")
    messages = sent(opened)
    opened.goto(f"{server.url}{LONG}&seed=101")
    stage = Stage(opened)
    stage.until("probe.playing && probe.frames > 60")  # it opens with 60: the others came while it played
    stage.press(" ").until("!probe.playing && !stage.pull.pending")
    stage.rest()
    frames, tape, asked = stage.frames, stage.tape, len(messages)
    assert frames < 501
    opened.wait_for_timeout(QUIET)
    assert (stage.frames, len(messages)) == (frames, asked)

    opened.locator(".dl-range").fill("7")
    stage.rest()
    assert stage.step == 7
    assert len(messages) == asked, "scrubbing asks the server"

    stage.press(" ").until("probe.step > 7 && probe.frames > value", frames)
    assert stage.tape == tape


def test_playing_ends_at_the_last_step(page: Open) -> None:
    opened = page(f"{LESSON}?steps=30&seed=102")
    stage = Stage(opened)
    stage.until("probe.done && probe.step === 30 && !probe.playing")
    stage.rest()
    assert opened.locator(".dl-play").get_attribute("aria-label") == "Play again from the start"
    assert "step" not in stage.query  # the end is where a visitor arrives anyway
    stage.press(" ").until("probe.playing && probe.step < 30")


def test_train_trains_again_and_who_comes_later_is_told_that_it_is_recorded(page: Open) -> None:
    address = f"{LESSON}?steps=40&seed=103"
    opened = page(address, reduced_motion=True)
    stage = Stage(opened)
    stage.press("End").until("probe.done && probe.step === 40")
    first, rows = stage.tape, stage.rows("loss", 41)
    opened.evaluate(
        """() => {
          const probe = window.__dlviz.stages[0], chip = document.querySelector('.dl-chip').dataset;
          window.seen = [];
          const look = () => {
            window.seen.push([probe.tape, probe.step, chip.state]);
            requestAnimationFrame(look);
          };
          look();
        }"""
    )
    opened.locator(".dl-train").click()
    stage.until_tape(first)
    stage.until("probe.done && probe.step === 40")
    second = stage.rest().tape
    seen = [entry for entry in opened.evaluate("window.seen") if entry[0] == second]
    assert min(step for _, step, _ in seen) == 0
    assert {chip for _, step, chip in seen[2:]} <= {"training", "trained"}
    assert stage.chip == "trained"
    assert stage.rows("loss", 41) == rows  # the same config gives the same numbers

    later = page(address, reduced_motion=True)
    follower = Stage(later).rest()
    assert (follower.tape, follower.chip) == (second, "recorded")


def test_two_visitors_of_one_config_watch_one_recording_grow(page: Open) -> None:
    address = f"{LONG}&seed=104"
    first = Stage(page(address, reduced_motion=True)).seek(90)
    held = first.frames
    second = Stage(page(address, reduced_motion=True))
    second.press("Home").rest()
    assert second.tape == first.tape
    assert second.read("stage.reel.frames") >= held
    second.seek(held + 100)  # now this one makes it grow
    assert second.rows("loss", held) == first.rows("loss", held)
    assert second.chip == "trained"
    first.seek(held + 50)
    assert first.read("stage.reel.frames") >= held + 100, "the first visitor trains what is there already"
    assert first.rows("loss", held + 50) == second.rows("loss", held + 50)


def test_a_closed_tab_stops_the_training(page: Open) -> None:
    address = f"{LONG}&seed=105"
    opened = page(address)
    Stage(opened).until("probe.playing && probe.frames > 60")
    opened.close()
    before, after = (
        Stage(page(address, reduced_motion=True)).read("stage.reel.frames"),
        Stage(page(address, reduced_motion=True)).read("stage.reel.frames"),
    )
    assert before == after < 501


def test_a_run_that_diverges_says_at_which_update(page: Open) -> None:
    from dlviz import lesson, record

    experiment = lesson("gradient_descent").experiment
    config = experiment.Config(
        landscape="bowl", condition=20, learning_rate=0.2, momentum=0.0, optimizers=("sgd", "momentum")
    )
    recording = record(experiment, config)
    last = len(recording) - 1
    assert recording.ended == "diverged"
    query = "&".join(f"{name}={value}" for name, value in config.to_query().items())
    opened = page(f"{LESSON}?{query}", reduced_motion=True)
    stage = Stage(opened)
    stage.press("End").until("probe.done && probe.step === value", last)
    stage.rest()
    assert opened.locator(".dl-ended").inner_text().startswith("All diverged")
    told = [line for line in stage.caption() if "diverged" in line or "update" in line]
    assert [int(numbers(line)[-1]) for line in told] == recording[last].diverged.tolist()
    stage.press("Home").rest()
    assert not any("diverged" in line for line in stage.caption())
    assert opened.locator(".dl-range").get_attribute("max") == str(last)


def test_a_stage_that_is_left_before_it_could_begin_never_does(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?steps=30&seed=103")).rest()
    stage.read(
        """(() => { window.leftStage = stage; stage.opened = false; stage.scene.remove();
             Object.assign(stage.scene, { plotly: null, pictures: [] });
             stage.plotlyReady = new Promise(come => (window.comes = come));
             stage.fetchPlotly(); stage.remove(); comes(Plotly); })()"""
    )
    stage.page.wait_for_timeout(QUIET)
    assert stage.page.evaluate("[leftStage.opened, leftStage.clock.playing]") == [False, False]


def test_a_curve_that_is_painted_stays_on_its_axes_when_they_widen(page: Open) -> None:
    stage = Stage(page(f"{LESSON}?seed=106", reduced_motion=True)).rest()
    stage.press("End").until("probe.done && probe.atRest")
    painted = stage.page.evaluate(
        """async () => {
          const { stage } = window.__dlviz.stages[0];
          const picture = stage.scene.pictures.find(({ name }) => name === 'loss');
          const seen = () => picture.painter.over.canvas.toDataURL();
          picture.paint(60);
          const before = seen();
          await stage.scene.plotly.relayout(picture.gd, { 'yaxis.range': [-9, 4] });
          const after = seen();
          picture.paint(60);
          return [before, after, seen()];
        }"""
    )
    assert painted[0] != painted[1] == painted[2]

// What playback.py runs in a page: counts pictures shown per second, by the stage and by what it is measured against.

const nextFrame = () => new Promise(requestAnimationFrame);
const stageOf = () => window.__dlviz.stages[0].stage;

/** Screens of `seconds` on which the stage painted, per second, while `drive` runs before each. */
async function paintsPerSecond(seconds, drive) {
  const stage = stageOf();
  await nextFrame();
  const begun = performance.now();
  const before = stage.paints;
  for (let k = 0; performance.now() - begun < 1000 * seconds; k += 1) {
    drive(k);
    await nextFrame();
  }
  return (1000 * (stage.paints - before)) / (performance.now() - begun);
}

/** Plays in a loop at a speed at which every screen shows another step. */
async function playing(seconds) {
  const stage = stageOf();
  Object.assign(stage.clock, { speed: 2, loop: true });
  stage.seek(0);
  stage.play();
  await paintsPerSecond(0.5, () => null);
  stage.work.length = 0;
  const rate = await paintsPerSecond(seconds, () => null);
  const work = window.__dlviz.stages[0].workMs;
  stage.pause();
  return [rate, work];
}

/** Moves the time bar to another step before every screen. */
async function scrubbing(seconds) {
  const { range } = stageOf().bar;
  const last = Number(range.max);
  stageOf().work.length = 0;
  const rate = await paintsPerSecond(seconds, (k) => {
    range.value = last - Math.abs((k % (2 * last)) - last);
    range.dispatchEvent(new Event('input', { bubbles: true }));
  });
  return [rate, window.__dlviz.stages[0].workMs];
}

/** Screens per second of a page that does nothing. */
async function idling(seconds) {
  while (!window.__dlviz.stages[0].atRest) await nextFrame();
  const begun = performance.now();
  let screens = 0;
  for (; performance.now() - begun < 1000 * seconds; screens += 1) await nextFrame();
  return (1000 * screens) / (performance.now() - begun);
}

/** Steps per second that Plotly's own frames reach: every picture goes to a step, then all to the next. */
async function animating(seconds) {
  const graphs = [...document.querySelectorAll('.js-plotly-plot')];
  const how = { mode: 'immediate', frame: { duration: 0, redraw: true }, transition: { duration: 0 } };
  const show = (step) => Promise.all(graphs.map((graph) => Plotly.animate(graph, [String(step)], how)));
  await show(1);
  const begun = performance.now();
  let steps = 0;
  for (; performance.now() - begun < 1000 * seconds; steps += 1) {
    await show(2 + (steps % 190));
    await nextFrame();
  }
  return (1000 * steps) / (performance.now() - begun);
}

/** Steps per second when every step is a rerun of a script that draws the charts again. */
async function rerunning(seconds) {
  const button = [...document.querySelectorAll('button')].find((one) => one.textContent.includes('step'));
  const shown = () => [...document.querySelectorAll('.js-plotly-plot .gtitle')].map((title) => title.textContent);
  const begun = performance.now();
  let steps = 0;
  for (; performance.now() - begun < 1000 * seconds; steps += 1) {
    const before = Number(shown()[0]);
    button.click();
    while (!(shown().length === 4 && shown().every((text) => Number(text) > before))) await nextFrame();
  }
  return (1000 * steps) / (performance.now() - begun);
}

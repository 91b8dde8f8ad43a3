// Where the stage begins: as a component of the app, or in a file that plays from disk.

import {plotlyFrom} from './assets.js'
import {make} from './icons.js'
import {Stage} from './stage.js'

const stagesByParent = new WeakMap();
const MEDIAN_OF = 240;

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length ? sorted[sorted.length >> 1] : 0;
}

/** What tests may look at. */
function expose(stage) {
  window.__dlviz ??= { stages: [] };
  const probe = {
    stage,
    get step() { return stage.step; },
    get frames() { return stage.reel.held; },
    get playing() { return stage.clock.playing; },
    get done() { return stage.reel.done; },
    get tape() { return stage.reel.id; },
    get paints() { return stage.paints; },
    get workMs() { return median(stage.work.slice(-MEDIAN_OF)); },
    get atRest() { return stage.opened && !stage.clock.playing && stage.wish === null && !stage.scene.moving && !stage.scene.flight.flying && stage.resting && !stage.frameId; },
  };
  window.__dlviz.stages.push(probe);
  return () => {
    window.__dlviz.stages = window.__dlviz.stages.filter((other) => other !== probe);
  };
}

function begin(root, served) {
  window.__dlviz ??= { stages: [] };
  const stage = new Stage(root, served);
  stage.ends.push(expose(stage));
  return stage;
}

/** Mounts the stage in a Streamlit component, or hands a mounted one its new data. */
export function mountStage(component) {
  const { parentElement, data } = component;
  let stage = stagesByParent.get(parentElement);
  if (!stage) {
    const root = parentElement.querySelector('.dl-stage') ?? parentElement.appendChild(make('div'));
    stage = begin(root, true);
    stagesByParent.set(parentElement, stage);
  }
  if (!stage.root.isConnected) parentElement.append(stage.root);
  stage.calls = (stage.calls ?? 0) + 1;
  const { calls } = stage;
  stage.receive(data, component);
  return () => setTimeout(() => {
    if (stage.calls !== calls || stagesByParent.get(parentElement) !== stage) return; // mounted again meanwhile
    stagesByParent.delete(parentElement);
    stage.remove();
  });
}

/** Lets the stages of a page begin that wait for this script, and fetches Plotly ahead of them. */
export function carry({ data }) {
  const house = (window.__dlviz ??= { stages: [] });
  house.mount ??= mountStage;
  plotlyFrom(data.plotly);
  for (const begin of house.waiting?.splice(0) ?? []) begin();
}

/** Plays one message that holds everything, with no server. */
export function mountFilm(root, bytes) {
  const stage = begin(root, false);
  stage.receive(bytes, null);
  return stage;
}

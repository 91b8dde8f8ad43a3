// What latency.py runs in a page: from a learner's act to the picture that answers it, in milliseconds.

const nextFrame = () => new Promise(requestAnimationFrame);
const afterPaint = async () => {
  await nextFrame();
  await new Promise((done) => setTimeout(done));
  return performance.now();
};
const stageOf = () => window.__dlviz.stages[0].stage;

/** When the first picture, and when all pictures are painted for the first time; times of the clock on the wall. */
async function firstPaint() {
  const ready = (some) => window.__dlviz?.stages[0]?.stage.scene.pictures.length > 3 && window.__dlviz.stages[0].stage.scene.pictures[some]((picture) => picture.ready);
  const times = {};
  for (const some of ['some', 'every']) {
    while (!ready(some)) await nextFrame();
    times[some] = performance.timeOrigin + (await afterPaint());
  }
  return times;
}

/** Waits for the answer to an act at `begun`: a frame of another recording painted, and every picture up to date. */
async function answered(begun, tape, paints) {
  const stage = stageOf();
  while (stage.reel.id === tape || stage.paints === paints) await nextFrame();
  await new Promise((done) => setTimeout(done)); // seen in the screen's turn in which it was painted, or in the next
  const first = performance.now() - begun;
  await Promise.all(stage.scene.pictures.map((picture) => picture.work));
  return { first, all: (await afterPaint()) - begun, sent: window.sentAt - begun, received: window.receivedAt - begun };
}

/** Clicks Train. */
async function training() {
  const stage = stageOf();
  const [tape, paints] = [stage.reel.id, stage.paints];
  watchTape(stage, tape);
  const begun = performance.now();
  stage.bar.train.click();
  return answered(begun, tape, paints);
}

/** Prepares for a key press that the browser will be told of; `window.pressed` then holds the promise of its answer. */
function awaitKey() {
  const stage = stageOf();
  const [tape, paints] = [stage.reel.id, stage.paints];
  watchTape(stage, tape);
  window.pressed = new Promise((done) => {
    document.addEventListener('keydown', (event) => done(answered(event.timeStamp, tape, paints)), { once: true, capture: true });
  });
}

/** Notes when the next message to the server leaves, and when another recording arrives. */
function watchTape(stage, tape) {
  window.sentAt = window.receivedAt = null;
  const receive = stage.receive;
  stage.receive = function (...args) {
    receive.apply(stage, args);
    if (stage.reel.id !== tape) {
      window.receivedAt ??= performance.now();
      delete stage.receive;
    }
  };
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    window.sentAt ??= performance.now();
    WebSocket.prototype.send = send;
    return send.call(this, data);
  };
}

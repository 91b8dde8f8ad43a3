// Keys of the stage, wherever the focus is, unless someone is typing or working another control.

const TYPING = 'input, textarea, select, [contenteditable], [role="slider"], [role="radio"], [role="tab"], [role="listbox"], [role="combobox"], [role="menu"]';
const PRESSING = 'button, a, summary, label, [role="button"], [role="checkbox"], [role="switch"], [role="option"]';

/** Whether keys are meant for a stage: the one that was touched last, else the first. */
function hears(stage) {
  const stages = window.__dlviz.stages.filter((probe) => !probe.stage.ui.miniature);
  return stage.root.isConnected && (stages.find((probe) => probe.stage.chosen) ?? stages[0])?.stage === stage;
}

/** Listens for one stage; returns what ends it. */
export function listenKeys(stage) {
  const acts = {
    ' ': () => stage.toggle(),
    ArrowLeft: (event) => stage.stepBy(event.shiftKey ? -10 : -1),
    ArrowRight: (event) => stage.stepBy(event.shiftKey ? 10 : 1),
    ',': () => stage.stepBy(-1),
    '.': () => stage.stepBy(1),
    Home: () => stage.seek(0),
    End: () => stage.seek(Infinity),
    Escape: () => stage.escape(),
  };
  const onKey = (event) => {
    const act = acts[event.key];
    const own = event.target === stage.bar.range;
    if (!act || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || !hears(stage)) return;
    const target = event.target instanceof Element ? event.target : document.body;
    if (event.key === 'Escape') {
      if (act()) event.preventDefault();
      return;
    }
    if (!own && target.closest(TYPING)) return;
    if (event.key === ' ' && !own && target.closest(PRESSING)) return;
    event.preventDefault();
    act(event);
  };
  document.addEventListener('keydown', onKey);
  return () => document.removeEventListener('keydown', onKey);
}

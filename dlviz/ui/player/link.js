// The address of what is seen: config, language, step.

/** The query of the page with the stage's own part replaced; what is not its own stays. */
export function stageQuery(search, ui, step) {
  const query = new URLSearchParams(search);
  for (const name of [...(ui.own ?? []), ...Object.keys(ui.params ?? {}), 'step']) query.delete(name);
  for (const [name, value] of new URLSearchParams(ui.query ?? '')) query.append(name, value);
  for (const [name, value] of Object.entries(ui.params ?? {})) if (value != null) query.set(name, value);
  if (step) query.set('step', step);
  return query.toString();
}

/** Writes the address without a new entry in the history. */
export function writeAddress(ui, step) {
  const query = stageQuery(location.search, ui, step);
  const url = location.pathname + (query ? `?${query}` : '') + location.hash;
  if (url !== location.pathname + location.search + location.hash) history.replaceState(history.state, '', url);
}

/** Copies the address; where that is not allowed, offers it selected. */
export async function shareAddress(bar) {
  try {
    await navigator.clipboard.writeText(location.href);
    bar.tell('copied');
  } catch {
    bar.address.hidden = false;
    bar.address.value = location.href;
    bar.address.setAttribute('aria-label', bar.share.title);
    bar.address.focus();
    bar.address.select();
  }
}

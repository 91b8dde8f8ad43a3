// Plotly: already on the page, from the server's address, or out of a message.

let plotlyScript = null;

function loadScript(source) {
  return new Promise((resolve, reject) => {
    const address = new URL(source, location.href).href;
    const ahead = document.readyState === 'complete' ? null : [...document.scripts].find(({ src }) => src === address); // the page asked for it
    const script = ahead ?? Object.assign(document.createElement('script'), { src: address });
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error('no Plotly')));
    script.onerror = () => reject(new Error('no Plotly'));
    if (!ahead) document.head.append(script);
  });
}

/** Whether Plotly is here, or on its way to some stage of this page. */
export const plotlyComes = () => Boolean(window.Plotly ?? plotlyScript);

const failed = () => (plotlyScript = null); // whoever asks next tries again

/** Plotly from an address; null where that does not work and the message must bring it. */
export async function plotlyFrom(address) {
  if (window.Plotly) return window.Plotly;
  if (address) plotlyScript ??= loadScript(address).catch(failed);
  return plotlyScript;
}

/** Plotly out of the zipped bytes of a message. */
export function plotlyOf(bytes) {
  plotlyScript = window.Plotly ?? unzipped(bytes).catch(failed);
  return Promise.resolve(plotlyScript);
}

async function unzipped(bytes) {
  const plain = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
  const address = URL.createObjectURL(new Blob([await plain.arrayBuffer()], { type: 'text/javascript' }));
  return loadScript(address).finally(() => URL.revokeObjectURL(address));
}

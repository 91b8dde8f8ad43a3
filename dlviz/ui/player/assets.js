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

/** Plotly from an address; null where that does not work and the message must bring it. */
export async function plotlyFrom(address) {
  if (window.Plotly) return window.Plotly;
  if (!address) return null;
  plotlyScript ??= loadScript(address).catch(() => null);
  return plotlyScript;
}

/** Plotly out of the zipped bytes of a message. */
export async function plotlyOf(bytes) {
  if (window.Plotly) return window.Plotly;
  const plain = new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip')));
  const address = URL.createObjectURL(new Blob([await plain.arrayBuffer()], { type: 'text/javascript' }));
  plotlyScript = loadScript(address);
  return plotlyScript.finally(() => URL.revokeObjectURL(address));
}

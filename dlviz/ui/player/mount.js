// The stage's component: it waits for the player, which the page carries once, too long for every answer.
export default function (component) {
  const house = (window.__dlviz ??= { stages: [] });
  let end = null;
  let over = false;
  const begin = () => (end = over ? null : house.mount(component));
  if (house.mount) begin();
  else (house.waiting ??= []).push(begin);
  return () => {
    over = true;
    end?.();
  };
}

// Numbers that a learner changes where they stand: a click opens a field, Enter takes it, Escape does not.

import {make} from './icons.js'

/** Makes a live text editable; `first` gives the number that the field begins with. */
export function makeEditable({ element }, hint, first, take) {
  element.classList.add('dl-editable');
  element.title = hint;
  element.addEventListener('click', () => {
    const { left, top, transform } = element.style;
    const before = String(Number(first().toPrecision(4)));
    const field = make('input', 'dl-edit', { type: 'number', step: 'any', value: before, 'aria-label': hint });
    Object.assign(field.style, { left, top, transform });
    let open = true;
    const close = (taken) => {
      if (!open) return;
      open = false;
      const { value, valueAsNumber } = field;
      field.remove();
      element.style.visibility = '';
      if (taken && value !== before && Number.isFinite(valueAsNumber)) take(valueAsNumber);
    };
    field.addEventListener('keydown', (event) => {
      event.stopPropagation(); // the stage has keys of its own
      if (event.key === 'Enter' || event.key === 'Escape') close(event.key === 'Enter');
    });
    field.addEventListener('blur', () => close(true));
    element.style.visibility = 'hidden';
    element.parentElement.parentElement.append(field);
    field.focus();
    field.select();
  });
}

// Bars: how much of each layer has come, and of all of them.

import { element } from './dom.js';
import { count, size } from './words.js';

const SHOWN = 30; // bars drawn; an image has a dozen layers, a hostile one may have thousands

/** `{ node, stage, show, words }`: what is drawn, what is being done, what is told of every step, and how far it is. `layers` are those of the manifest, the lowest first. */
export function layerBars(layers) {
  const total = layers.reduce((sum, layer) => sum + layer.size, 0);
  const arrived = layers.map(() => 0);
  const all = bar('All layers', total, `${count(layers.length, 'layer')}`);
  const bars = layers.slice(0, SHOWN).map(({ digest, size: bytes }, place) => bar(`Layer ${place + 1}`, bytes, short(digest)));
  const rest = layers.length - bars.length;
  const stage = element('p', { class: 'stage' }, 'Reading the layers');
  const node = element('div', { class: 'bars' },
    all.node,
    element('ol', { class: 'layer-bars' }, ...bars.map(({ node: one }) => element('li', {}, one)),
      rest > 0 ? element('li', { class: 'rest' }, `and ${rest} more, counted above`) : null));
  return {
    node,
    stage,
    show(step) {
      if (step.stage === 'advisories') {
        stage.textContent = step.done < step.total ? `Looking up advisories, ${step.done} of ${step.total}` : 'Comparing';
        return;
      }
      if (step.stage !== 'layer') return;
      // What a registry sends can be more than the manifest says; then the scan ends, and a bar never leaves its frame.
      arrived[step.index] = Math.min(step.bytes, layers[step.index]?.size ?? 0);
      bars[step.index]?.set(arrived[step.index]);
      all.set(arrived.reduce((sum, bytes) => sum + bytes, 0));
    },
    /** In words, for whoever listens. */
    words: () => all.words(),
  };
}

function bar(title, total, what) {
  const progress = element('progress', { max: Math.max(total, 1), value: 0, 'aria-label': title });
  const text = element('span', { class: 'bytes' });
  const set = (bytes) => {
    progress.value = total === 0 ? 1 : bytes;
    text.textContent = bytes >= total ? size(total) : `${size(bytes)} of ${size(total)}`;
    node.classList.toggle('whole', bytes >= total);
  };
  const node = element('div', { class: 'bar' }, element('strong', {}, title), element('code', {}, what), progress, text);
  set(0);
  return { node, set, words: () => text.textContent };
}

/** As much of a digest as tells layers apart. */
export function short(digest) {
  return digest.slice(digest.indexOf(':') + 1).slice(0, 12);
}

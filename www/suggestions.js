// Who is documented to sign the image that is typed: offered while “Signed by” is open, and filled in only by whoever presses the button.

import { ask } from './ask.js';
import { element } from './dom.js';
import * as view from './view.js';
import { isOneWord } from './words.js';

const form = document.getElementById('ask');
const signer = form.querySelector('details.signer');
const place = document.getElementById('suggestions');

let current = null; // the AbortController of the question under way
let shown = '[]'; // what is offered, as JSON

/** Offers what there is for the image in the box; nothing for a text, and nothing while nobody looks. */
export async function offerSuggestions() {
  current?.abort();
  const controller = current = new AbortController();
  const image = form.elements.text.value.trim();
  const suggestions = signer.open && image !== '' && isOneWord(image) ? await suggest(image, controller.signal) : [];
  if (current !== controller || JSON.stringify(suggestions) === shown) return; // said once, not with every letter
  shown = JSON.stringify(suggestions);
  place.replaceChildren(...suggestions.map(suggestion));
}

/** What is being typed is no reference yet: there is nothing to say about it. */
async function suggest(image, signal) {
  try {
    return (await ask({ toSuggestFor: image }, {}, { signal, onStep: () => {} })).suggestions;
  } catch {
    return [];
  }
}

function suggestion({ publisher, require, source, lookedAt, remark }) {
  const says = require === null
    ? `${publisher} are documented to have no signature that can be verified`
    : `${publisher} is documented to sign these images`;
  const link = element('a', { href: source, target: '_blank', rel: 'noopener noreferrer' }, says);
  const sentence = element('p', {}, link, ', looked at on ', element('time', {}, lookedAt), `. ${remark}`);
  return element('div', { class: 'suggestion' }, sentence, require && button(publisher, require));
}

function button(publisher, { cosign, sigstore }) {
  const what = cosign ? 'key' : 'identity';
  const use = element('button', { type: 'button' }, `Use this ${what}`);
  use.addEventListener('click', () => {
    view.fillSigner(cosign ? { key: cosign.publicKey.trim() } : sigstore);
    view.announce(`The ${what} of ${publisher} is filled in.`);
  });
  return use;
}

signer.addEventListener('toggle', offerSuggestions);
form.elements.text.addEventListener('input', offerSuggestions);

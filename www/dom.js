// Makes elements. Everything that comes from a registry goes through here as text, never as markup.

/** `element('p', { class: 'lead' }, 'text', child)`; children that are null are left out. */
export function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, '');
    else if (value !== false && value !== null) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null));
  return node;
}

const SVG = 'http://www.w3.org/2000/svg';

/** The drawing of an outcome. The word beside it says the same, so a screen reader passes over this. */
export function mark(kind) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', `mark mark-${kind}`);
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#mark-${kind}`);
  svg.append(use);
  return svg;
}

/** A part of an answer under its title. */
export function section(title, ...content) {
  return element('section', { class: 'sheet' }, element('h3', {}, title), element('div', { class: 'content' }, ...content));
}

/** At most `limit` of a list that strangers may have made long. */
export function upTo(limit, items, draw) {
  const rest = items.length - limit;
  return [...items.slice(0, limit).map(draw), ...(rest > 0 ? [element('li', { class: 'rest' }, `and ${rest} more`)] : [])];
}

/** A digest in groups of eight, to compare by eye; selecting it by hand still copies it in one piece. */
export function digest(text) {
  const code = element('code', { class: 'digest' });
  const [algorithm, encoded] = text.split(':', 2);
  code.append(element('span', { class: 'algorithm' }, `${algorithm}:`));
  for (const group of encoded.match(/.{1,8}/g) ?? []) code.append(document.createElement('wbr'), element('span', { class: 'group' }, group));
  return code;
}

/** A digest as a digest, anything else as it is. */
export function value(text) {
  return /^[a-z0-9]+:[0-9a-f]{64,128}$/.test(text) ? digest(text) : element('code', {}, text);
}

/** A sentence whose digests, and what stands between backticks, are set as code: `p.append(...prose(text))`. */
export function prose(text) {
  const isCode = /^(?:[a-z0-9]+:[0-9a-f]{64}|`.)/;
  const parts = text.split(/([a-z0-9]+:[0-9a-f]{64,128}|`[^`]+`)/).filter(Boolean);
  return parts.map((part) => (isCode.test(part) ? element('code', {}, part.replace(/^`|`$/g, '')) : part));
}

/** One line to take away: what it is for, the text, and a button that copies it. */
export function copyable(label, text, announce) {
  const code = element('code', {}, text);
  return element('div', { class: 'copyable' }, element('span', { class: 'for' }, label), code, copyButton(label, text, code, announce));
}

/** Copies `text`, or else selects `shown`, where it stands. */
export function copyButton(label, text, shown, announce) {
  const button = element('button', { type: 'button', class: 'copy', 'aria-label': `Copy ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    const copied = await copy(text);
    button.textContent = copied ? 'Copied' : 'Press Ctrl+C';
    button.classList.toggle('done', copied);
    announce(copied ? `Copied ${label}.` : `The browser does not let this page copy. ${label} is selected: copy it with Ctrl+C.`);
    if (!copied) getSelection().selectAllChildren(shown);
    setTimeout(() => {
      button.textContent = 'Copy';
      button.classList.remove('done');
    }, 2500);
  });
  return button;
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // no permission, or a page served over plain http from another machine
  }
}

// The tree of what was checked: reference → index → platform manifest → configuration and layers.
// Each node carries the digest, the size, the media type, and the outcome of the check that stands behind it.

import { digest, element, mark, prose, upTo } from './dom.js';
import { FOUND_BY, OUTCOMES, ROLES, count, sentence, size } from './words.js';

const SHOWN = 100; // entries drawn of any one list; a hostile document may name thousands
const FOLDED = 12; // layers or attachments beyond which the list starts folded

export function tree(report) {
  const { reference, indexes, manifest } = report;
  const documents = indexes.map((index, depth) => ({
    kind: depth === 0 ? 'Index' : 'Nested index',
    ...index,
    ...(depth === 0 ? outcome(report, 'document') : outcome(report, 'platform')),
    others: index.manifests.filter((entry) => !entry.chosen),
  }));
  documents.push(...platformManifest(report));

  const children = documents.reduceRight((below, document) => [{ ...document, children: [...(document.children ?? []), ...below] }], []);
  children.push(...attachments(report));
  return element('ul', { class: 'tree' }, node({
    kind: 'Reference',
    name: reference.familiar,
    ...outcome(report, 'resolve', 'digest-header'),
    children: children.length > 0 || manifest ? children : [{ kind: 'Document', digest: report.resolution.digest, ...outcome(report, 'document') }],
  }));
}

function platformManifest(report) {
  const { indexes, manifest } = report;
  if (manifest === null) return indexes.length > 0 ? [{ kind: 'Platform manifest', ...outcome(report, 'platform') }] : [];
  const layers = manifest.layers.map((layer, position) => ({
    kind: `Layer ${position + 1}`,
    ...layer,
    outcome: 'named',
    said: true,
    explanation: layer.foreign ? 'Kept outside the registry, at an address of its own.' : null,
  }));
  return [{
    kind: indexes.length > 0 ? 'Platform manifest' : 'Manifest',
    name: report.image?.platform ?? null,
    ...manifest,
    ...(indexes.length > 0 ? outcome(report, 'platform') : outcome(report, 'document', 'platform')),
    children: [
      { kind: 'Configuration', ...manifest.config, ...outcome(report, 'config') },
      {
        kind: count(layers.length, 'layer'),
        size: manifest.layersSize,
        outcome: 'named',
        explanation: 'The manifest names each layer by digest; a check does not download them, a scan does. Whatever pulls the image must check them, and Docker does.',
        children: layers,
      },
    ],
  }];
}

function attachments(report) {
  const check = report.checks.find(({ name }) => name === 'attachments');
  if (check === undefined) return [];
  const found = report.attachments ?? [];
  return [{
    kind: report.attachments === null ? 'Attachments' : found.length === 0 ? 'No attachment listed' : count(found.length, 'attachment'),
    ...outcome(report, 'attachments'),
    children: found.map((attachment) => ({
      kind: 'Attached',
      digest: attachment.digest,
      mediaType: attachment.artifactType,
      size: attachment.size,
      outcome: 'named',
      said: true,
      explanation: `Found by ${FOUND_BY[attachment.foundBy] ?? attachment.foundBy}. ${believed(report, attachment)}`,
    })),
  }];
}

const GRAVITY = { failed: 2, unknown: 1, skipped: 0, passed: 0 };

/** The gravest outcome among these checks, with its sentence; a check that was never reached is skipped. */
function outcome(report, ...names) {
  const checks = names.map((name) => report.checks.find((check) => check.name === name)).filter(Boolean);
  if (checks.length === 0) return { outcome: 'skipped', explanation: 'Not reached.' };
  const gravest = checks.reduce((worst, check) => (GRAVITY[check.outcome] > GRAVITY[worst.outcome] ? check : worst));
  return { outcome: gravest.outcome, explanation: sentence(gravest.evidence ?? gravest.message) };
}

/** `said`: the node above has already said the outcome in words for all of its children. */
function node({ kind, name = null, digest: named = null, mediaType = null, size: bytes = null, outcome: result, said = false, explanation, others = [], children = [] }) {
  return element('li', { class: `node ${result}` },
    element('div', { class: 'node-body' },
      mark(result),
      element('p', { class: 'node-title' },
        ...words(
          element('strong', {}, kind),
          name && element('code', { class: 'name' }, name),
          !said && element('span', { class: 'outcome' }, OUTCOMES[result]),
          mediaType && element('code', {}, mediaType),
          bytes !== null && element('span', { title: `${bytes} bytes` }, size(bytes)))),
      named && element('p', {}, digest(named)),
      explanation && element('p', { class: 'sentence' }, ...prose(explanation)),
      others.length > 0 ? otherEntries(others) : null),
    branches(kind, children));
}

/** With spaces between, which the layout does not need but a copied line does. */
function words(...parts) {
  return parts.filter(Boolean).flatMap((part) => [part, ' ']);
}

function branches(kind, children) {
  if (children.length === 0) return null;
  const list = element('ul', {}, ...upTo(SHOWN, children, node));
  return children.length > FOLDED ? element('details', { class: 'branches' }, element('summary', {}, `Show the ${kind}`), list) : list;
}

function otherEntries(entries) {
  return element('details', { class: 'others' },
    element('summary', {}, `${count(entries.length, 'other entry', 'other entries')} in this index, not followed`),
    element('ul', {}, ...upTo(SHOWN, entries, ({ role, platform, digest: named, size: bytes }) => element('li', {},
      element('span', {}, role === 'image' ? platform ?? 'no platform named' : ROLES[role]),
      element('code', {}, named),
      element('span', { title: `${bytes} bytes` }, size(bytes))))));
}

function believed({ signatures }, { digest }) {
  const verified = signatures?.some(({ attachment, outcome }) => attachment === digest && outcome === 'verified');
  return verified ? 'Who signed it, and what, was verified: see the signatures.' : 'What it says was not verified: anyone who can push can attach.';
}

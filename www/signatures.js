// Draws the signatures of an image: who signed, and every step of the way to that name.

import { digest, element, mark, prose, upTo } from './dom.js';
import { sentence, when } from './words.js';

const SHOWN = 50; // signatures drawn

export function signatures({ signatures, trustedRoots }) {
  if (signatures.length === 0) return element('p', {}, 'Nothing that is attached to this image is a signature that can be read here.');
  return element('div', {},
    element('ul', { class: 'signatures' }, ...upTo(SHOWN, signatures, signature)),
    ...trustedRoots.map(trustedRoot));
}

const ORIGINS = {
  policy: () => 'from your policy',
  shipped: () => 'as it came with this page',
  repository: ({ confirmed }) => `confirmed ${when(confirmed)} by its repository`,
  store: ({ confirmed }) => `confirmed ${when(confirmed)} by its repository, and kept by this browser since`,
};

function trustedRoot(root) {
  const { name, source, digest: of, refresh } = root;
  return element('p', { class: 'aside', 'data-trusted-root': source },
    `Trusted root: ${name}, ${ORIGINS[source](root)}, `, digest(of), '.',
    ...(refresh ? [' ', element('code', {}, refresh.code), ' ', ...prose(sentence(refresh.message))] : []));
}

const MARKS = { verified: 'passed', failed: 'failed', unknown: 'unknown' };
const WORDS = { verified: 'verified', failed: 'failed', unknown: 'not known' };

function signature(one) {
  const { outcome, signer, meaning, signedAt, trustedRoot, code, message, steps } = one;
  const isAttestation = meaning?.kind === 'attestation';
  return element('li', { class: `check ${MARKS[outcome]} signature` },
    mark(MARKS[outcome]),
    element('div', {},
      element('p', { class: 'check-title' },
        element('strong', {}, isAttestation ? 'An attestation' : 'A signature'), ' ',
        element('span', { class: `outcome ${MARKS[outcome]}` }, WORDS[outcome]), ' ', code ? element('code', {}, code) : null),
      signer ? who(signer) : null,
      message ? element('p', { class: 'sentence' }, ...prose(sentence(message))) : null,
      isAttestation ? element('p', { class: 'aside' }, 'It says ', element('code', {}, meaning.predicateType), ' of the image, which is no signature: it does not say that anybody should run it.') : null,
      signedAt ? element('p', { class: 'aside' }, `Seen at ${when(signedAt)}${trustedRoot ? `; trusted: ${trustedRoot}` : ''}.`) : null,
      steps.length > 0
        ? element('details', { open: outcome === 'failed' },
          element('summary', {}, 'Every step'),
          element('ol', { class: 'chain' }, ...steps.map(step)))
        : null));
}

function who(signer) {
  if (signer.type === 'key') return element('p', {}, `Signed with the ${signer.kind} key `, digest(signer.id));
  return element('dl', { class: 'facts' },
    element('dt', {}, 'Signed by'), element('dd', {}, element('code', {}, signer.subject)),
    signer.issuer && element('dt', {}, 'Who says so'), signer.issuer && element('dd', {}, element('code', {}, signer.issuer)));
}

const STEPS = {
  time: 'When it was signed', chain: 'Who issued the certificate', sct: 'That the certificate was logged', identity: 'Whom it names',
  log: 'That the signature was logged', signature: 'The signature itself',
};
const STEP_MARKS = { passed: 'passed', failed: 'failed', skipped: 'skipped', 'not-reached': 'skipped' };

function step({ name, outcome, code, message }) {
  return element('li', { class: `check ${STEP_MARKS[outcome]}` },
    mark(STEP_MARKS[outcome]),
    element('p', { class: 'check-title' },
      element('strong', {}, STEPS[name] ?? name), ' ', element('span', { class: 'outcome' }, outcome.replace('-', ' ')), ' ', code ? element('code', {}, code) : null),
    element('p', { class: 'sentence' }, ...prose(sentence(message))));
}

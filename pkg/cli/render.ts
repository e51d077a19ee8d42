/** The report for people: the verdict first, what it rests on below it, and what it does not prove last. */

import type { Check, Descriptor, Report, Resolution, Signature, Signer, UsedTrustedRoot, Verdict } from '../types.js';
import { type Colours, printableAll } from './terminal.js';
import { contentTrustResults } from './trusted.js';
import { knownVulnerabilities } from './vulnerable.js';

/** Where the facts stand: behind the longest label. */
const INDENT = ' '.repeat(10);

export function render(untrusted: Report, colours: Colours): string {
  const report = printableAll(untrusted);
  const sections = [
    verdict(report, colours), facts(report, colours), attachments(report), signatures(report, colours), contentTrustResults(report.contentTrust, colours),
    trusting(report, colours), knownVulnerabilities(report.vulnerabilities, colours), checks(report, colours), notProven(report),
  ];
  return `${sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

// The marks differ in shape and the words say the same again: colour is only ever the third way to tell.
function verdict({ verdict, reference, reasons }: Report, colours: Colours): string[] {
  const shown: Record<Verdict, string> = {
    accept: colours.good('✓ ACCEPT'),
    reject: colours.bad('✗ REJECT'),
    inconclusive: colours.unsure('? INCONCLUSIVE'),
  };
  return [`${shown[verdict]}  ${colours.strong(reference.input)}`, ...reasons.map(({ message }) => `  ${message}`)];
}

function facts({ pinned, resolution, indexes, manifest, image }: Report, colours: Colours): string[] {
  const lines = [
    fact('Pinned', pinned === null ? 'nothing: the image is rejected' : colours.strong(pinned)),
    ...indexes.map((index, depth) => fact(depth === 0 ? 'Index' : '  in it', named(index, plural(index.manifests.length, 'manifest')))),
  ];
  if (manifest !== null) {
    const created = image?.created ? `, created ${image.created}` : '';
    const layers = `${plural(manifest.layers.length, 'layer')}, ${bytes(manifest.layersSize)}`;
    lines.push(fact('Platform', named(manifest, `${image?.platform ?? 'platform not read'}, ${layers}${created}`)));
  }
  return [...lines, fact('Told by', toldBy(resolution))];
}

function toldBy({ toldBy, via, relay, tag, at }: Resolution): string {
  const what = tag === null ? 'which was asked for this digest' : `which says what the tag '${tag}' names`;
  return `${toldBy}, ${what}, ${via === 'relay' ? `through the relay ${relay}` : 'asked directly'}, at ${at}`;
}

function attachments({ attachments }: Report): string[] {
  if (attachments === null) return [];
  if (attachments.length === 0) return ['Attached', '  none listed'];
  const lines = attachments.map(({ digest, artifactType, size, foundBy }) =>
    `  ${digest}\n${INDENT}${artifactType}, ${bytes(size)}, found by ${foundBy}`);
  return ['Attached', ...lines];
}

function signatures({ signatures }: Report, colours: Colours): string[] {
  if (signatures === null || signatures.length === 0) return [];
  return ['Signed by', ...signatures.flatMap((signature) => signed(signature, colours))];
}

function signed({ meaning, signer, signedAt, trustedRoot, outcome, code, message, form, layer, steps }: Signature, colours: Colours): string[] {
  const marks = { verified: colours.good('✓ verified'), failed: colours.bad('✗ failed  '), unknown: colours.unsure('? unknown ') };
  const what = meaning?.kind === 'attestation' ? `attests ${meaning.predicateType}` : form ?? 'a signature that cannot be read';
  const trusted = trustedRoot === null ? '' : `, trusting ${trustedRoot}`;
  const at = signedAt === null ? '' : `, seen ${signedAt}`;
  const head = signer === null ? `${code}: ${message}` : name(signer);
  return [
    `  ${marks[outcome]}  ${colours.strong(head)}`,
    `${' '.repeat(14)}${what}${at}${trusted}`,
    ...(outcome === 'failed' ? steps.map((step) => `${' '.repeat(14)}${step.outcome.padEnd(11)}  ${step.name.padEnd(9)}  ${step.message}`) : []),
    `${' '.repeat(14)}${layer}`,
  ];
}

function trusting({ trustedRoots }: Report, colours: Colours): string[] {
  if (trustedRoots.length === 0) return [];
  return ['Trusting', ...trustedRoots.flatMap((root) => [
    `  trusted root: ${root.name}, ${origin(root)}`,
    ...(root.refresh === null ? [] : [`${INDENT}${colours.unsure('!')} ${root.refresh.code}: ${root.refresh.message}`]),
    `${INDENT}${root.digest}`,
  ])];
}

function origin({ source, confirmed, rootVersion }: UsedTrustedRoot): string {
  switch (source) {
    case 'policy':
      return 'from the policy';
    case 'shipped':
      return `as it came with this version, TUF root ${rootVersion}`;
    case 'repository':
      return `confirmed ${confirmed} by its repository, TUF root ${rootVersion}`;
    case 'store':
      return `confirmed ${confirmed} by its repository and kept since, TUF root ${rootVersion}`;
  }
}

function name(signer: Signer): string {
  if (signer.type === 'key') return `${signer.kind} key ${signer.id}`;
  return signer.issuer === null ? signer.subject : `${signer.subject}, says ${signer.issuer}`;
}

function checks({ checks }: Report, colours: Colours): string[] {
  // As wide as the longest of those that are always made, unless a longer one was.
  const width = checks.reduce((widest, { name }) => Math.max(widest, name.length), 13);
  return ['Checks', ...checks.flatMap((check) => outcome(check, width, colours))];
}

function outcome(check: Check, width: number, colours: Colours): string[] {
  const line = (mark: string, text: string): string => `  ${mark}  ${check.name.padEnd(width)}  ${text}`;
  switch (check.outcome) {
    case 'passed':
      return [line(colours.good('✓ passed '), check.evidence)];
    case 'skipped':
      return [line(colours.faint('- skipped'), check.message)];
    case 'unknown':
      return [line(colours.unsure('? unknown'), `${check.code}: ${check.message}`)];
    case 'failed':
      return [
        line(colours.bad('✗ failed '), `${check.code}: ${check.message}`),
        ...[['expected', check.expected], ['found', check.found], ['see', check.section]]
          .filter(([, text]) => text !== null)
          .map(([label, text]) => `${' '.repeat(width + 15)}${label!.padEnd(9)} ${text}`),
      ];
  }
}

function notProven({ notProven }: Report): string[] {
  return notProven.length === 0 ? [] : ['Not proven', ...notProven.map(({ message }) => `  ! ${message}`)];
}

function fact(label: string, text: string): string {
  return `${label.padEnd(9)} ${text}`;
}

function named({ digest, mediaType }: Descriptor, contents: string): string {
  return `${digest}\n${INDENT}${contents}; ${mediaType}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** In the decimal units that registries bill and print. */
function bytes(count: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, count)) / 3));
  return `${power === 0 ? count : (count / 1000 ** power).toFixed(1)} ${units[power]}`;
}

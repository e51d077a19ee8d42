/** Who is documented to sign the image, for whoever did not say whose signature is wanted: the commands that would require it. */

import { suggest } from '../node.js';
import type { Report, Signer, Suggestion } from '../types.js';
import type { CheckArguments } from './arguments.js';
import { remark } from './output.js';

/** Says it on standard error, behind the report. The report itself knows nothing of it. */
export function hint(command: CheckArguments, report: Report): void {
  const isAsked = command.policy !== undefined || command.key !== undefined || command.identity !== undefined || command.trusting !== undefined;
  if (command.json || isAsked || report.verdict === 'reject') return;
  for (const suggestion of suggest(command.image)) {
    if (!contradicts(report, suggestion)) linesOf(command.image, suggestion).forEach(remark);
  }
}

/** Whether the signatures were looked at, and look otherwise. Then the report says what there is, and nobody is sent elsewhere. */
function contradicts({ signatures }: Report, { require }: Suggestion): boolean {
  if (signatures === null) return false;
  if (require === null) return signatures.length > 0;
  if ('cosign' in require) return signatures.length === 0;
  const isTheirs = (signer: Signer | null): boolean =>
    signer?.type === 'identity' && signer.issuer === require.sigstore.issuer && signer.subject === require.sigstore.subject;
  return !signatures.some(({ outcome, signer }) => outcome === 'verified' && isTheirs(signer));
}

/** What is in there can be pasted into a shell as it is: a reference has no character that a shell would read. */
function linesOf(image: string, { publisher, images, require, source, lookedAt, remark }: Suggestion): string[] {
  const documented = `  (${source}, looked at on ${lookedAt}. ${remark})`;
  if (require === null) return ['', `${publisher} (${images}) are documented to have no signature that can be verified.`, documented];
  const documentedToSign = `${publisher} is documented to sign ${images}. To require that:`;
  if ('sigstore' in require) {
    const { issuer, subject } = require.sigstore;
    return ['', documentedToSign, documented, '', `pullproof check ${image} \\`, `  --issuer ${issuer} \\`, `  --subject ${subject}`];
  }
  const file = `${publisher.toLowerCase().replaceAll(' ', '-')}.pub`;
  const key = require.cosign.publicKey.trimEnd().split('\n');
  return ['', documentedToSign, documented, '', `cat > ${file} <<END`, ...key, 'END', `pullproof check ${image} --key ${file}`];
}

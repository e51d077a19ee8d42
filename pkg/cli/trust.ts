/** `pullproof trust inspect`: all that a publisher's collection of Docker Content Trust says. */

import { type ContentTrust, inspectTrust, type TrustInspection } from '../node.js';
import { contentTrust } from './anchor.js';
import type { InspectArguments } from './arguments.js';
import { askingForTrust } from './asking.js';
import { EXIT } from './exit.js';
import { coloursFor, print, printJson, remark } from './output.js';
import { renderInspection } from './trusted.js';

/** What to exit with. An archive is what it was: it proves nothing of the present, and was not asked to. */
const CODES: Record<TrustInspection['outcome'], number> = {
  verified: EXIT.accept,
  archived: EXIT.accept,
  failed: EXIT.reject,
  unknown: EXIT.inconclusive,
};

export async function inspect(command: InspectArguments): Promise<number> {
  const inspection = await inspectTrust(command.image, wanted(command), askingForTrust(command));
  await (command.json
    ? printJson(`${JSON.stringify(inspection, null, 2)}\n`)
    : print(renderInspection(inspection, coloursFor(process.stdout, command.color))));
  if (!command.json) advice(command, inspection).forEach(remark);
  return CODES[inspection.outcome];
}

/** What to do next, on standard error. */
function advice({ trusting, at }: InspectArguments, { outcome, code, rootKeys }: TrustInspection): string[] {
  if (outcome === 'failed' && at === undefined && (code === 'metadata-expired' || code === 'root-certificate-not-valid')) {
    return ['', 'With --at TIME it is looked at in its own time: that shows what was signed, and proves nothing of the present.'];
  }
  if (outcome === 'verified' && trusting.anchor.kind === 'tofu') {
    return ['', 'If its publisher says that this is the root key, pin it instead:', ...rootKeys.map(({ id }) => `  --root-key ${id}`)];
  }
  return [];
}

/** Without a memory another time is that of an archive; with one it is what the clock says. */
function wanted({ trusting, store, at }: InspectArguments): ContentTrust {
  const isArchive = at !== undefined && store === undefined;
  return { ...contentTrust(trusting), ...(isArchive && { verifyAt: at.toISOString() }) };
}

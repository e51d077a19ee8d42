/** `pullproof trust inspect`: all that a publisher's collection of Docker Content Trust says. */

import { type ContentTrust, inspectTrust, type TrustInspection } from '../node.js';
import { contentTrust } from './anchor.js';
import type { InspectArguments } from './arguments.js';
import { askingForTrust } from './asking.js';
import { EXIT } from './exit.js';
import { coloursFor, print, printJson } from './output.js';
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
  return CODES[inspection.outcome];
}

/** Without a memory another time is that of an archive; with one it is what the clock says. */
function wanted({ trusting, store, at }: InspectArguments): ContentTrust {
  const isArchive = at !== undefined && store === undefined;
  return { ...contentTrust(trusting), ...(isArchive && { verifyAt: at.toISOString() }) };
}

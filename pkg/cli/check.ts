/** `pullproof check`: the report on one image. */

import { check as ask, type CheckOptions, type Report } from '../node.js';
import { contentTrust } from './anchor.js';
import type { CheckArguments } from './arguments.js';
import { asking, readOption } from './asking.js';
import { EXIT } from './exit.js';
import { hint } from './hint.js';
import { coloursFor, print, printJson } from './output.js';
import { Progress } from './progress.js';
import { render } from './render.js';

export async function check(command: CheckArguments): Promise<number> {
  const report = await run(command);
  await (command.json
    ? printJson(`${JSON.stringify(report, null, 2)}\n`)
    : print(render(report, coloursFor(process.stdout, command.color))));
  hint(command, report);
  return EXIT[report.verdict];
}

async function run(command: CheckArguments): Promise<Report> {
  const signatures = command.attachments || command.key !== undefined || command.identity !== undefined;
  const progress = new Progress(process.stderr, signatures ? 7 : command.trusting !== undefined ? 6 : 5);
  try {
    return await ask(command.image, {
      ...asking(command),
      ...wanted(command),
      attachments: command.attachments,
      onStep: (step) => progress.show(step),
    });
  } finally {
    progress.clear();
  }
}

function wanted({ key, identity, trustedRoot, trusting }: CheckArguments): Pick<CheckOptions, 'contentTrust' | 'key' | 'identity' | 'trustedRoot'> {
  return {
    ...(trusting !== undefined && { contentTrust: contentTrust(trusting) }),
    ...(key !== undefined && { key: readOption('key', key) }),
    ...(identity !== undefined && { identity }),
    ...(trustedRoot !== undefined && { trustedRoot: readOption('trusted-root', trustedRoot) }),
  };
}

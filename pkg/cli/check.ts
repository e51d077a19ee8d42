/** `pullproof check`: the report on one image. */

import { check as ask, type Report } from '../node.js';
import type { CheckArguments } from './arguments.js';
import { asking } from './asking.js';
import { EXIT } from './exit.js';
import { coloursFor, print, printJson } from './output.js';
import { Progress } from './progress.js';
import { render } from './render.js';

export async function check(command: CheckArguments): Promise<number> {
  const report = await run(command);
  await (command.json
    ? printJson(`${JSON.stringify(report, null, 2)}\n`)
    : print(render(report, coloursFor(process.stdout, command.color))));
  return EXIT[report.verdict];
}

async function run(command: CheckArguments): Promise<Report> {
  const progress = new Progress(process.stderr, command.attachments ? 6 : 5);
  try {
    return await ask(command.image, {
      ...asking(command),
      attachments: command.attachments,
      onStep: (step) => progress.show(step),
    });
  } finally {
    progress.clear();
  }
}

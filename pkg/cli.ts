#!/usr/bin/env node
/** `pullproof`: asks on behalf of a person or a script, prints the answer, and exits with what it means. */

import { readFileSync } from 'node:fs';
import { type CheckArguments, parse, usage, UsageError } from './cli/arguments.js';
import { dockerCredentials } from './cli/credentials.js';
import { Progress } from './cli/progress.js';
import { render } from './cli/render.js';
import { colours, printable, printableJson } from './cli/terminal.js';
import { check, CheckError, type CheckOptions, type ErrorCode, type Report } from './node.js';

const EXIT = { accept: 0, reject: 1, usage: 2, inconclusive: 3, interrupted: 130 } as const;

/** Errors that asking again cannot mend: what was typed is wrong. */
const USAGE_ERRORS: readonly ErrorCode[] = [
  'reference-invalid', 'platform-invalid', 'policy-invalid', 'policy-unsupported', 'options-invalid',
];

process.on('SIGINT', () => process.exit(EXIT.interrupted));
// `pullproof … | head -1`: a reader that has seen enough is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const command = parse(args);
    switch (command.name) {
      case 'help':
        process.stdout.write(usage);
        return 0;
      case 'version':
        process.stdout.write(`${version()}\n`);
        return 0;
      case 'check': {
        const report = await run(command);
        print(report, command);
        return EXIT[report.verdict];
      }
    }
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`${error.message}\nTry 'pullproof --help'.`);
      return EXIT.usage;
    }
    if (error instanceof CheckError) {
      complain(`${error.code}: ${error.message}${error.detail === undefined ? '' : ` (${error.detail})`}`);
      return USAGE_ERRORS.includes(error.code) ? EXIT.usage : EXIT.inconclusive;
    }
    // A defect of this program says nothing about the image.
    complain(`a defect, please report it: ${error instanceof Error ? error.stack : String(error)}`);
    return EXIT.inconclusive;
  }
}

async function run(command: CheckArguments): Promise<Report> {
  const options: CheckOptions = {
    attachments: command.attachments,
    credentials: (registry) => dockerCredentials(registry, complain),
  };
  if (command.platform !== undefined) options.platform = command.platform;
  if (command.policy !== undefined) options.policy = readPolicy(command.policy);
  if (command.at !== undefined) options.now = command.at;
  if (command.relay !== undefined) options.relay = command.relay;

  const progress = new Progress(process.stderr, command.attachments ? 6 : 5);
  options.onStep = (step) => progress.show(step);
  try {
    return await check(command.image, options);
  } finally {
    progress.clear();
  }
}

function print(report: Report, { json, color }: CheckArguments): void {
  if (json) {
    const text = JSON.stringify(report, null, 2);
    process.stdout.write(`${process.stdout.isTTY ? printableJson(text) : text}\n`);
    return;
  }
  const { NO_COLOR, TERM } = process.env;
  const colourful = color && process.stdout.isTTY && !NO_COLOR && TERM !== 'dumb';
  process.stdout.write(render(report, colours(colourful)));
}

function readPolicy(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`expected --policy to name a file that can be read, found ${(error as Error).message}`);
  }
}

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Every line is made printable: what a registry said may be in it. */
function complain(message: string): void {
  process.stderr.write(`pullproof: ${message.split('\n').map(printable).join('\n')}\n`);
}

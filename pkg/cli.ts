#!/usr/bin/env node
/** `pullproof`: asks on behalf of a person or a script, prints the answer, and exits with what it means. */

import { readFileSync } from 'node:fs';
import { parse } from './cli/arguments.js';
import { check } from './cli/check.js';
import { drift } from './cli/drift.js';
import { EXIT } from './cli/exit.js';
import { migrate } from './cli/migrate.js';
import { complain, print } from './cli/output.js';
import { pin } from './cli/pin.js';
import { scan } from './cli/scan.js';
import { inspect } from './cli/trust.js';
import { scanUsage, trustUsage, usage, UsageError } from './cli/usage.js';
import { CheckError, type ErrorCode } from './node.js';

/** Errors that asking again cannot mend: what was typed is wrong. */
const USAGE_ERRORS: readonly ErrorCode[] = [
  'reference-invalid', 'platform-invalid', 'policy-invalid', 'policy-unsupported', 'options-invalid', 'kind-unknown', 'lock-invalid',
];

// Handled rather than left to the system, so that none of them comes between the steps of replacing a file.
for (const [signal, code] of [['SIGINT', EXIT.interrupted], ['SIGTERM', EXIT.terminated], ['SIGHUP', EXIT.hungUp]] as const) {
  process.on(signal, () => process.exit(code));
}
// `pullproof … | head -1`: a reader that has seen enough is no failure.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  try {
    const command = parse(args);
    switch (command.name) {
      case 'help':
        await print({ trust: trustUsage, scan: scanUsage, none: usage }[command.topic ?? 'none']);
        return 0;
      case 'version':
        await print(`${version()}\n`);
        return 0;
      case 'check':
        return await check(command);
      case 'pin':
        return await pin(command);
      case 'drift':
        return await drift(command);
      case 'scan':
        return await scan(command);
      case 'trust inspect':
        return await inspect(command);
      case 'trust migrate':
        return await migrate(command);
    }
  } catch (error) {
    if (error instanceof UsageError) {
      complain(`${error.message}\nTry 'pullproof ${args[0] === 'trust' || args[0] === 'scan' ? `${args[0]} ` : ''}--help'.`);
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

function version(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

// The command line as a person or a script runs it.

import { execFile } from 'node:child_process';
import { ROOT } from './program.mjs';

/**
 * @param {string[]} args
 * @param {Record<string, string>} [environment] in addition to ours
 * @returns {Promise<{ code: number, stdout: string, stderr: string }>}
 */
export function commandLine(args, environment = {}) {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, ...environment } };
    execFile(process.execPath, [`${ROOT}pkg/dist/cli.js`, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

/** What became of the files, for people: what changes on standard output, what was left alone and why on standard error. */

import type { LeftAlone } from '../types.js';
import type { PinArguments } from './arguments.js';
import type { Failed } from './failure.js';
import { coloursFor, plural, print, remark } from './output.js';
import { shown } from './patch.js';
import type { PinnedFile, Tally } from './pin.js';
import { printable } from './terminal.js';

/** Longer values are told by their beginning. */
const SHOWN = 100;

export class PinnedView {
  readonly #command: PinArguments;

  constructor(command: PinArguments) {
    this.#command = command;
  }

  async add(outcome: PinnedFile | Failed): Promise<void> {
    const { file } = outcome;
    if ('code' in outcome) {
      remark(failed(outcome));
      return;
    }
    const { check, diff, write } = this.#command;
    const unsettled = outcome.leftAlone.filter(({ settled }) => !settled).map((one) => left(file, one));
    if (check) {
      await print(unsettled.map((line) => `${printable(line)}\n`).join(''));
      return;
    }
    if (!write || diff) await this.#printDiff(outcome.diff);
    else if (file !== '-') await this.#printCount(outcome);
    for (const { line, column, pinned, overrules } of outcome.changes) {
      const names = overrules.join(', ');
      if (names !== '') remark(`${file}:${line}:${column}: ${pinned}: decided by the digest now, whatever ${names} is set to`);
    }
    unsettled.forEach(remark);
  }

  async end(_: object, { files, changes, unsettled, settled, failed }: Tally): Promise<void> {
    const { check, write } = this.#command;
    const counts = [
      check ? `${unsettled} to do` : `${plural(changes, 'image')} ${write ? 'pinned' : 'to pin'}`,
      check ? '' : `${unsettled} left alone`,
      `${settled} with nothing to do`,
      failed > 0 ? `${plural(failed, 'file')} not read or written` : '',
    ];
    remark(`${plural(files, 'file')}: ${counts.filter((count) => count !== '').join(', ')}`);
  }

  async #printCount({ file, changes }: PinnedFile): Promise<void> {
    if (changes.length > 0) await print(`${printable(file)}: ${plural(changes.length, 'image')} pinned\n`);
  }

  async #printDiff(diff: string): Promise<void> {
    await print(process.stdout.isTTY ? shown(diff, coloursFor(process.stdout, this.#command.color)) : diff);
  }
}

/** As compilers say where something is. */
export function left(file: string, { line, column, place, text, code, message }: LeftAlone): string {
  return `${file}:${line}:${column}: ${place}: ${text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text}: ${code}: ${message}`;
}

export function failed({ file, code, message }: Failed): string {
  return `${file}: ${code}: ${message}`;
}

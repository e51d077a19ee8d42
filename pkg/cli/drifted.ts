/** What became of the tags, for people: the mark and the word first, what was and what is below. */

import type { DriftEntry } from '../types.js';
import type { DriftArguments } from './arguments.js';
import type { DriftedFile } from './drift.js';
import type { Failed } from './failure.js';
import { coloursFor, plural, print, remark } from './output.js';
import { failed, left } from './pinned.js';
import { type Colours, printable, printableAll } from './terminal.js';

const INDENT = ' '.repeat(13);

export class DriftView {
  readonly #colours: Colours;
  readonly #counts = { current: 0, moved: 0, unknown: 0 };

  constructor({ color }: DriftArguments) {
    this.#colours = coloursFor(process.stdout, color);
  }

  async add(outcome: DriftedFile | Failed): Promise<void> {
    if ('code' in outcome) {
      remark(failed(outcome));
      return;
    }
    const { file, images, leftAlone } = outcome;
    for (const { status } of images) this.#counts[status] += 1;
    const lines = printableAll(images).flatMap((entry) => this.#entry(entry));
    await print([this.#colours.strong(printable(file)), ...lines].map((line) => `${line}\n`).join(''));
    for (const one of leftAlone) if (!one.settled) remark(left(file, one));
  }

  async end(): Promise<void> {
    const { current, moved, unknown } = this.#counts;
    remark(`${plural(current + moved + unknown, 'image')}: ${moved} moved, ${unknown} unknown, ${current} current`);
  }

  // The marks differ in shape and the words say the same again: colour is only ever the third way to tell.
  #entry({ reference, status, pinned, current, old, policy, code, message, places }: DriftEntry): string[] {
    const shown = {
      current: this.#colours.good('✓ current'),
      moved: this.#colours.bad('✗ moved  '),
      unknown: this.#colours.unsure('? unknown'),
    };
    const where = places.length === 0 ? '' : ` (${places.map(({ line, column }) => `${line}:${column}`).join(', ')})`;
    const kept = { exists: 'which is still there', gone: 'which is gone', unknown: 'which may or may not be there' }[old];
    const judged = policy === null ? '' : `, on which the policy says ${policy}`;
    return [
      `  ${shown[status]}  ${reference}${where}`,
      ...(status === 'current' ? [] : [`${INDENT}pinned  ${pinned}, ${kept}`]),
      ...(status === 'current' || current === null ? [] : [`${INDENT}now     ${current}${judged}`]),
      ...(status === 'current' && policy !== null && policy !== 'accept' ? [`${INDENT}the policy says ${policy}`] : []),
      ...(code === null ? [] : [`${INDENT}${code}: ${message}`]),
    ];
  }
}

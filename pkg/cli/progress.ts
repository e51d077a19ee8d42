/** Shows on a terminal how far it is, once that takes longer than a second. Elsewhere it shows nothing. */

import type { WriteStream } from 'node:tty';
import type { Progress as References, ScanProgress, Step } from '../types.js';

const PATIENCE = 1000;
/** Of the bar, in characters. */
const LONGEST = 20;

export class Progress {
  readonly #stream: WriteStream;
  readonly #timer: NodeJS.Timeout | undefined;
  #patient = true;
  #total: number;
  #finished = 0;
  #current = '';
  #width = 0;
  /** Of each layer, which part has arrived. */
  readonly #layers = new Map<number, { bytes: number; size: number }>();

  constructor(stream: WriteStream, total = 0) {
    this.#stream = stream;
    this.#total = total;
    if (stream.isTTY) {
      this.#timer = setTimeout(() => {
        this.#patient = false;
        this.#draw();
      }, PATIENCE);
    }
  }

  show(step: Step): void {
    if (step.type === 'layer' || step.type === 'advisories') {
      const { type: stage, ...progress } = step;
      this.scan({ stage, ...progress } as ScanProgress);
      return;
    }
    if (step.type === 'started') this.#current = step.name;
    else this.#finished = Math.min(this.#finished + 1, this.#total);
    this.#draw();
  }

  count({ done, total }: References): void {
    [this.#finished, this.#total, this.#current] = [done, total, 'references'];
    this.#draw();
  }

  scan(step: ScanProgress): void {
    if (step.stage === 'advisories') {
      [this.#finished, this.#total, this.#current] = [step.done, step.total, 'advisories'];
    } else {
      const { index, layers, bytes, size } = step;
      this.#layers.set(index, { bytes, size });
      let [parts, arrived] = [0, 0];
      for (const layer of this.#layers.values()) {
        parts += layer.size === 0 ? 1 : layer.bytes / layer.size;
        arrived += layer.bytes;
      }
      [this.#finished, this.#total, this.#current] = [Math.floor(parts), layers, `layers, ${(arrived / 1e6).toFixed(1)} MB`];
    }
    this.#draw();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#write('');
    this.#patient = true;
  }

  #draw(): void {
    if (!this.#stream.isTTY || this.#patient || this.#total === 0) return;
    const length = Math.min(this.#total, LONGEST);
    const bar = '#'.repeat(Math.floor(length * this.#finished / this.#total)).padEnd(length, '.');
    this.#write(`[${bar}] ${this.#finished}/${this.#total} ${this.#current} …`);
  }

  /** Overwrites the line with a carriage return and spaces: no escape codes, so NO_COLOR has nothing to forbid. */
  #write(line: string): void {
    if (line.length === 0 && this.#width === 0) return;
    this.#stream.write(`\r${line.padEnd(this.#width)}${line.length === 0 ? '\r' : ''}`);
    this.#width = line.length;
  }
}

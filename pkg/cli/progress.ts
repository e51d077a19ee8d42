/** Shows on a terminal how far it is, once that takes longer than a second. Elsewhere it shows nothing. */

import type { WriteStream } from 'node:tty';
import type { Progress as References, ScanProgress, Step } from '../types.js';

const PATIENCE = 1000;
/** Of the bar, in characters; and of one layer's. */
const [LONGEST, OF_LAYER] = [20, 8];
/** Where a terminal does not say how wide it is. */
const COLUMNS = 80;

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
        if (this.#layers.size > 0 && this.#current === '') this.#drawLayers();
        else this.#draw();
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
      this.#layers.set(step.index, step);
      this.#total = step.layers;
      this.#drawLayers();
      return;
    }
    this.#draw();
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#write('');
    this.#patient = true;
  }

  /** A bar a layer, in their order; one for all where there is no room for that. */
  #drawLayers(): void {
    if (this.#isHidden()) return;
    let [whole, arrived, size] = [0, 0, 0];
    for (const layer of this.#layers.values()) {
      if (layer.bytes >= layer.size) whole += 1;
      [arrived, size] = [arrived + layer.bytes, size + layer.size];
    }
    // Of layers that nobody has asked for yet the size is not known.
    const of = this.#layers.size === this.#total ? ` of ${megabytes(size)}` : '';
    const words = ` ${whole}/${this.#total} layers, ${megabytes(arrived)}${of} …`;
    const room = this.#columns() - 1 - words.length - '[]'.length;
    const each = Math.min(OF_LAYER, Math.floor((room + 1) / this.#total) - 1);
    const part = (place: number) => {
      const layer = this.#layers.get(place);
      return layer === undefined ? 0 : layer.size === 0 ? 1 : layer.bytes / layer.size;
    };
    const all = Array.from({ length: this.#total }, (_, place) => part(place));
    const bars = each > 0
      ? all.map((one) => bar(one, each)).join('|')
      : bar(all.reduce((sum, one) => sum + one, 0) / this.#total, Math.max(1, Math.min(LONGEST, room)));
    this.#write(`[${bars}]${words}`);
  }

  /** A terminal that does not know says 0. */
  #columns(): number {
    return this.#stream.columns || COLUMNS;
  }

  #isHidden(): boolean {
    return !this.#stream.isTTY || this.#patient || this.#total === 0;
  }

  #draw(): void {
    if (this.#isHidden()) return;
    const length = Math.min(this.#total, LONGEST);
    this.#write(`[${bar(this.#finished / this.#total, length)}] ${this.#finished}/${this.#total} ${this.#current} …`);
  }

  /** Overwrites the line with a carriage return and spaces: no escape codes, so NO_COLOR has nothing to forbid. */
  #write(wanted: string): void {
    // What is wider is wrapped by the terminal, and is not overwritten.
    const line = wanted.slice(0, Math.max(0, this.#columns() - 1));
    if (line.length === 0 && this.#width === 0) return;
    this.#stream.write(`\r${line.padEnd(this.#width)}${line.length === 0 ? '\r' : ''}`);
    this.#width = line.length;
  }
}

/** Full only when everything is there. */
function bar(part: number, length: number): string {
  return '#'.repeat(Math.floor(length * Math.min(1, part))).padEnd(length, '.');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

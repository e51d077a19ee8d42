/** Standard output and standard error: what is printed there, and what must not be. */

import type { WriteStream } from 'node:tty';
import { type Colours, colours, printable, printableJson } from './terminal.js';

/** Settles when it is printed, so that what waits to be printed stays small. That the reader has gone away is no failure. */
export function print(text: string): Promise<void> {
  return new Promise((resolve) => {
    process.stdout.write(text, () => resolve());
  });
}

/** A part of a JSON text. */
export function printJson(text: string): Promise<void> {
  return print(process.stdout.isTTY ? printableJson(text) : text);
}

/** Says on standard error what is wrong. Every line is made printable: what a registry said may be in it. */
export function complain(message: string): void {
  process.stderr.write(`pullproof: ${message.split('\n').map(printable).join('\n')}\n`);
}

/** Says on standard error what else there is to know. */
export function remark(line: string): void {
  process.stderr.write(`${printable(line)}\n`);
}

export function coloursFor(stream: WriteStream, wanted: boolean): Colours {
  const { NO_COLOR, TERM } = process.env;
  return colours(wanted && stream.isTTY && !NO_COLOR && TERM !== 'dumb');
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

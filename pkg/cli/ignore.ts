/**
 * What a scan's rule leaves out: `--ignore FILE`, or `--ignore ID=REASON[@UNTIL]`, as often as wanted.
 *
 * The file is JSON, as in a policy: `[{ "id", "reason", "until" }]`, or an object with such a list as its `ignore`. What is in it is for the core to
 * understand.
 */

import type { ScanOptions } from '../types.js';
import { parseTime } from './time.js';
import { UsageError } from './usage.js';

type Ignore = NonNullable<ScanOptions['ignore']>;

/** `read` gives the text of a file. */
export function readIgnore(values: readonly string[], read: (file: string) => string): Ignore {
  return values.flatMap((value) => (value.includes('=') ? [readOne(value)] : readList(value, read(value))));
}

function readOne(value: string): Ignore[number] {
  const [, id, said] = /^([^=]*)=(.*)$/su.exec(value)!;
  // A reason may have an @ in it; what is behind the last one is a time if it begins like one.
  const [, reason, until] = /^(.*)@(\d{4}-.*)$/su.exec(said!) ?? [undefined, said!, undefined];
  if (id!.trim() === '' || reason!.trim() === '') {
    throw new UsageError(`expected --ignore to be a file or ID=REASON[@UNTIL], found '${value}': whoever reads it later wants to know why`);
  }
  return until === undefined ? { id: id!, reason: reason! } : { id: id!, reason: reason!, until: timeOf(until, value) };
}

/** A day is its first second. */
function timeOf(text: string, value: string): string {
  const time = parseTime(/^\d{4}-\d{2}-\d{2}$/u.test(text) ? `${text}T00:00:00Z` : text);
  if (time === undefined) {
    throw new UsageError(`expected --ignore ID=REASON@UNTIL to end in a day or a time as in RFC 3339, like 2026-12-31, found '${value}'`);
  }
  return time.toISOString().replace('.000Z', 'Z');
}

function readList(file: string, text: string): Ignore {
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`expected --ignore to name a file with JSON, found that ${file} has none: ${(error as Error).message}`);
  }
  const list = Array.isArray(read) ? read : (read as { ignore?: unknown } | null)?.ignore;
  if (!Array.isArray(list)) {
    throw new UsageError(`expected --ignore to name a file with [{ "id", "reason", "until" }], or with { "ignore": […] }, found something else in ${file}`);
  }
  return list as Ignore;
}

/** A JSON object that is printed while its list is still being made: the same text as if it had been written at once. */

import { printJson } from './output.js';

export class JsonList {
  /** What stands before the next item. */
  #before: string;
  #isEmpty = true;

  /** `head` comes before the list, which is called `name`. */
  constructor(head: object, name: string) {
    const members = Object.entries(head).map(([key, value]) => `\n  ${JSON.stringify(key)}: ${indented(value, '  ')},`);
    this.#before = `{${members.join('')}\n  ${JSON.stringify(name)}: [`;
  }

  async add(item: object): Promise<void> {
    await printJson(`${this.#before}\n    ${indented(item, '    ')}`);
    [this.#before, this.#isEmpty] = [',', false];
  }

  /** `tail` comes after the list. */
  async end(tail: object): Promise<void> {
    const members = Object.entries(tail).map(([key, value]) => `,\n  ${JSON.stringify(key)}: ${indented(value, '  ')}`);
    await printJson(`${this.#isEmpty ? this.#before : '\n  '}]${members.join('')}\n}\n`);
  }
}

function indented(value: unknown, indent: string): string {
  return JSON.stringify(value, null, 2).replaceAll('\n', `\n${indent}`);
}

/** A unified diff on a terminal. In a pipe it stays what it is, for whatever applies it. */

import { type Colours, printable } from './terminal.js';

export function shown(diff: string, colours: Colours): string {
  return diff.split('\n').map((line, number) => paint(shownLine(line), number, colours)).join('\n');
}

/** Tabs and the end of a CRLF move nothing that matters; what else a text may hold could. */
function shownLine(line: string): string {
  return line.split('\t').map((part, place, parts) => {
    const end = place === parts.length - 1 && part.endsWith('\r') ? '\r' : '';
    return printable(part.slice(0, part.length - end.length)) + end;
  }).join('\t');
}

function paint(line: string, number: number, colours: Colours): string {
  if (line === '') return line;
  // Only there: a line that was removed may begin with two more dashes.
  if (number < 2) return colours.strong(line);
  switch (line[0]) {
    case '@':
    case '\\':
      return colours.faint(line);
    case '-':
      return colours.bad(line);
    case '+':
      return colours.good(line);
    default:
      return line;
  }
}

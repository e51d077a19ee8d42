// Prints a section of results as a table.

/**
 * @typedef {object} Section
 * @property {string} title
 * @property {string[]} columns keys of the rows, in order; each is its own heading
 * @property {({ name: string } & Record<string, unknown>)[]} rows a number is printed with the digits of its size, `undefined` as a dash
 * @property {string[]} [notes]
 */

/** @param {Section} section */
export function print({ title, columns, rows, notes = [] }) {
  const lines = [[title, ...columns], ...rows.map((row) => [row.name, ...columns.map((column) => text(row[column]))])];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  console.log();
  for (const [first, ...rest] of lines) {
    console.log([first.padEnd(widths[0]), ...rest.map((cell, index) => cell.padStart(widths[index + 1]))].join('  ').trimEnd());
  }
  for (const note of notes) console.log(`  ${note}`);
}

function text(value) {
  if (value === undefined || value === null) return '–';
  if (typeof value !== 'number') return String(value);
  if (Number.isInteger(value)) return value.toLocaleString('en-GB');
  return value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
}

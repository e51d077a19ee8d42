// Prints a section of results as a table.

/**
 * @typedef {object} Section also what goes to the file of `--json`
 * @property {string} title
 * @property {Record<string, string>} columns the heading of each key of the rows
 * @property {({ name: string } & Record<string, unknown>)[]} rows what is not there is printed as a dash
 * @property {string[]} notes
 */

/** @param {Section} section */
export function print({ title, columns, rows, notes }) {
  const cells = Object.entries(columns).map(([key, heading]) => [heading, ...column(rows.map((row) => row[key]))]);
  const names = [title, ...rows.map(({ name }) => name)];
  const lines = names.map((name, line) => [pad(name, names, 'padEnd'), ...cells.map((column) => pad(column[line], column, 'padStart'))]);
  console.log();
  for (const line of lines) console.log(line.join('  '));
  for (const note of notes) console.log(`  ${note}`);
}

/** Numbers of one column are alike: whole, or to three digits. */
function column(values) {
  const whole = values.every((value) => typeof value !== 'number' || Number.isInteger(value));
  return values.map((value) => {
    if (value === undefined) return '–';
    if (typeof value !== 'number') return String(value);
    return whole ? value.toLocaleString('en-GB') : value.toFixed(value < 10 ? 2 : value < 100 ? 1 : 0);
  });
}

function pad(text, column, side) {
  return text[side](Math.max(...column.map(({ length }) => length)));
}

// How long one question takes, and how much memory: libraries beside libraries, programs beside programs.

import { measuresMemory, peakMemory, run } from './support/run.mjs';
import { median, takeTurns } from './support/statistics.mjs';

const MEMORY_RUNS = 5;

export async function librariesSpeed({ libraries, registry: host, question }) {
  const there = libraries.filter(({ missing }) => missing === undefined);
  const times = await takeTurns(there.map(({ ask }) => () => ask({ ...question, host })), { runs: 50, warmUps: 5 });
  return {
    title: 'Libraries in Node, ms a check',
    columns: { median: 'median', fastest: 'fastest', ratio: 'to pullproof’s', runs: 'runs' },
    rows: there.map(({ name }, index) => ({ name, ...times[index], ratio: times[index].median / times[0].median })),
    notes: ['The process runs already. Each asks the registry itself, and they take turns.'],
  };
}

export async function programsSpeed({ programs, registry: host, question: { repository, tag } }) {
  const image = `${host}/${repository}:${tag}`;
  const all = [...programs, ...baselines(`http://${host}/v2/${repository}/manifests/${tag}`)];
  const commands = all.map(({ commands }) => commands(image));
  const times = await takeTurns(commands.map((each) => () => inTurn(each, run)), { runs: 15, warmUps: 1 });
  const rows = [];
  for (const [index, { name }] of all.entries()) {
    rows.push({ name, ...times[index], ratio: times[index].median / times[0].median, mebibytes: await memory(commands[index]) });
  }
  const memoryNote = measuresMemory
    ? `Peak memory is the median of ${MEMORY_RUNS} runs.`
    : 'Peak memory was not measured: expected /usr/bin/time of the package `time`, found none.';
  const notes = ['From the start of the process to its end. The last two lines are what Node takes by itself.', memoryNote];
  const columns = { median: 'median', fastest: 'fastest', ratio: 'to pullproof’s', runs: 'runs', mebibytes: 'peak MiB' };
  return { title: 'Programs, ms a check', columns, rows, notes };
}

/** What no program in Node can do without. */
function baselines(url) {
  const node = (script) => () => [[process.execPath, '--eval', script]];
  return [
    { name: 'node, doing nothing', commands: node('') },
    { name: 'node, one fetch', commands: node(`fetch('${url}').then((response) => response.text())`) },
  ];
}

/** Of the process that needs most. */
async function memory(commands) {
  if (!measuresMemory) return undefined;
  const peaks = [];
  for (let time = 0; time < MEMORY_RUNS; time += 1) peaks.push(Math.max(...(await inTurn(commands, peakMemory))));
  return median(peaks) / 1024;
}

async function inTurn(commands, action) {
  const results = [];
  for (const command of commands) results.push(await action(command));
  return results;
}

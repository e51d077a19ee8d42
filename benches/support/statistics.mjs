// How often something is run, and what is kept of it. Nothing here is Node's: the same functions run inside workerd.

/** The middle one: one run that the machine was busy in does not move it. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/**
 * Milliseconds of each task. They take turns, so that whatever else the machine does hits all of them alike.
 *
 * @param {(() => unknown)[]} tasks
 * @returns {Promise<{ median: number, fastest: number, runs: number }[]>}
 */
export async function takeTurns(tasks, { runs, warmUps }) {
  const times = tasks.map(() => []);
  for (let run = -warmUps; run < runs; run += 1) {
    for (const [index, task] of tasks.entries()) {
      const start = performance.now();
      await task();
      if (run >= 0) times[index].push(performance.now() - start);
    }
  }
  return times.map((each) => ({ median: median(each), fastest: Math.min(...each), runs }));
}

/**
 * How often a second each task ends while `atOnce` of it are under way: the median of the rounds, after one to warm up. Here, too,
 * they take turns.
 *
 * @param {(() => Promise<unknown>)[]} tasks
 * @returns {Promise<number[]>}
 */
export async function perSecond(tasks, { atOnce, rounds, times }) {
  const rates = tasks.map(() => []);
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, task] of tasks.entries()) {
      const start = performance.now();
      await repeat(task, times, atOnce);
      if (round > 0) rates[index].push((1000 * times) / (performance.now() - start));
    }
  }
  return rates.map(median);
}

async function repeat(task, times, atOnce) {
  let left = times;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await task();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

// How often something is run, and what is kept of it. Nothing here is Node's: the same functions run inside workerd.

/** The middle one: one run that the machine was busy in does not move it. */
export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** `b` in units of `a`, such as `2.1×`. */
export function ratio(a, b) {
  return a === undefined || b === undefined ? undefined : `${(b / a).toFixed(2)}×`;
}

/**
 * Milliseconds of each task. They take turns, so that whatever else the machine does hits all of them alike.
 *
 * @param {(() => unknown)[]} tasks
 * @returns {Promise<{ median: number, fastest: number, runs: number }[]>}
 */
export async function takeTurns(tasks, runs, warmUps) {
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

/** How many tasks a second end while `atOnce` of them are under way: the median of `rounds` rounds of `tasks` each. */
export async function perSecond(task, { atOnce, rounds, tasks }) {
  const rates = [];
  for (let round = 0; round <= rounds; round += 1) {
    let left = tasks;
    const lane = async () => {
      while (left > 0) {
        left -= 1;
        await task();
      }
    };
    const start = performance.now();
    await Promise.all(Array.from({ length: atOnce }, lane));
    rates.push((1000 * tasks) / (performance.now() - start));
  }
  return median(rates.slice(1)); // the first round warms up
}

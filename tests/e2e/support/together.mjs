// Starts what a test stands on, all at once. If one part does not start, the others are ended: left behind, they would keep a test
// that has failed from coming to its end.

/**
 * @template {Record<string, Promise<{ dispose: () => Promise<void> }>>} Parts
 * @param {Parts} parts
 * @returns {Promise<{ [Name in keyof Parts]: Awaited<Parts[Name]> } & { dispose: () => Promise<void> }>}
 */
export async function together(parts) {
  const settled = await Promise.allSettled(Object.values(parts));
  const started = settled.flatMap(({ value }) => value ?? []);
  const dispose = async () => { await Promise.all(started.map((part) => part.dispose())); };
  const failed = settled.find(({ status }) => status === 'rejected');
  if (failed) {
    await dispose();
    throw failed.reason;
  }
  return { ...Object.fromEntries(Object.keys(parts).map((name, place) => [name, started[place]])), dispose };
}

// How many checks a second the library does, warm. Nothing here is Node's: the same function runs inside workerd.

import { perSecond } from './statistics.mjs';

export const ALONE = { atOnce: 1, rounds: 5, times: 32 };
export const TOGETHER = { atOnce: 16, rounds: 5, times: 64 };

export async function checksPerSecond(check, image) {
  const exchanges = await record(check, image);
  const fromMemory = async ({ url }) => {
    const { body, status, headers } = exchanges.get(url);
    return new Response(body, { status, headers });
  };
  return rates({
    check: () => check(image),
    bare: () => bareRequests(exchanges),
    memory: () => check(image, { fetch: fromMemory }),
  });
}

/** @returns {Promise<Record<string, { alone: number, together: number }>>} for each task, by its name */
export async function rates(tasks) {
  const alone = await perSecond(Object.values(tasks), ALONE);
  const together = await perSecond(Object.values(tasks), TOGETHER);
  return Object.fromEntries(Object.keys(tasks).map((name, index) => [name, { alone: alone[index], together: together[index] }]));
}

/** What one check asks, and what it is answered. */
async function record(check, image) {
  const exchanges = new Map();
  const recording = async (request) => {
    const response = await fetch(request.clone());
    const body = await response.clone().arrayBuffer();
    // Not the request itself: it has a signal that ends it when its time is over.
    const asked = { method: request.method, headers: [...request.headers] };
    exchanges.set(request.url, { asked, body, status: response.status, headers: [...response.headers] });
    return response;
  };
  await check(image, { fetch: recording });
  return exchanges;
}

/** The same requests, one after the other, with nothing done about the answers. */
async function bareRequests(exchanges) {
  for (const [url, { asked }] of exchanges) await (await fetch(url, asked)).arrayBuffer();
}

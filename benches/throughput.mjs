// Checks per second when everything is warm.

import { Miniflare } from 'miniflare';
import { check } from '../pkg/dist/node.js';
import { miniflareOptions } from '../worker/local.mjs';
import { ALONE, TOGETHER, checksPerSecond, rates } from './support/checks.mjs';
import { startWorkerd } from './support/workerd.mjs';

export async function throughput({ host, image }) {
  const node = await checksPerSecond(check, image);
  const workerd = await inWorkerd(image);
  const deployed = await throughTheWorker(host, image);
  const row = (name, rates, bare) => ({ name, ...rates, ratio: bare && rates.alone / bare.alone });
  return {
    title: 'Checks per second, warm',
    columns: { alone: 'one at a time', together: `${TOGETHER.atOnce} at a time`, ratio: 'to fetch alone' },
    rows: [
      row('Node: check()', node.check, node.bare),
      row('Node: the same requests, fetch alone', node.bare),
      row('Node: check(), answers from memory', node.memory),
      row('workerd: check()', workerd.check, workerd.bare),
      row('workerd: the same requests, fetch alone', workerd.bare),
      row('workerd: check(), answers from memory', workerd.memory),
      row('workerd: GET /v1/check of the Worker', deployed),
    ],
    notes: [
      `The median of ${ALONE.rounds} rounds of ${ALONE.times} or ${TOGETHER.times} checks, after one to warm up. The registry runs on the same cores.`,
      'The last goes through HTTP, and what is named by digest comes from the Worker’s cache: it asks the registry once a check.',
    ],
  };
}

async function inWorkerd(image) {
  const workerd = await startWorkerd(new URL('workers/checks.mjs', import.meta.url));
  try {
    return await workerd.ask(image);
  } finally {
    await workerd.dispose();
  }
}

async function throughTheWorker(host, image) {
  const miniflare = new Miniflare(miniflareOptions({ registries: host }));
  try {
    const url = new URL(`/v1/check?${new URLSearchParams({ image })}`, await miniflare.ready);
    const ask = async () => {
      const response = await fetch(url);
      const { verdict } = await response.json();
      if (verdict !== 'inconclusive') throw new Error(`expected a report from the Worker, found ${response.status}`);
    };
    return (await rates({ ask })).ask;
  } finally {
    await miniflare.dispose();
  }
}

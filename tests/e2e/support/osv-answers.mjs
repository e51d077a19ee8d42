// OSV's server for a Worker, whose network is a function: its two calls, over records.

import { Response } from 'miniflare';

/** Records as OSV has them, of the lines of a shard. */
export function recordsOf(shard) {
  const [{ ecosystem }, ...lines] = shard.trimEnd().split('\n').map((line) => JSON.parse(line));
  return lines.map(({ package: name, urgency, rated, ranges, ...record }) => ({
    modified: '2026-01-30T00:00:00Z',
    ...record,
    ...(rated && { database_specific: { severity: rated } }),
    affected: [{
      package: { ecosystem, name },
      ranges: ranges.map((events) => ({ type: 'ECOSYSTEM', events })),
      ...(urgency && { ecosystem_specific: { urgency } }),
    }],
  }));
}

/**
 * Whatever is on record of a package, in pages of `page` identifiers; the real server narrows it down, and nobody relies on that. As there, a page may
 * have a token and nothing else.
 *
 * @returns {(request: Request) => Promise<Response>}
 */
export function osv(records, { page = 1000 } = {}) {
  const about = ({ ecosystem, name }) => records.filter(({ affected }) => affected.some((one) => one.package.ecosystem === ecosystem && one.package.name === name));
  const result = ({ package: wanted, page_token: token }) => {
    const all = about(wanted).map(({ id, modified }) => ({ id, modified }));
    if (token === undefined && all.length > page) return { next_page_token: '0' };
    const start = Number(token ?? 0);
    return {
      ...(all.length > 0 && { vulns: all.slice(start, start + page) }),
      ...(all.length > start + page && { next_page_token: String(start + page) }),
    };
  };
  return async (request) => {
    const { pathname } = new URL(request.url);
    if (request.method === 'POST' && pathname === '/v1/querybatch') {
      const { queries } = await request.json();
      return queries.length > 1000 ? Response.json({ code: 3, message: 'Too many queries.' }, { status: 400 }) : Response.json({ results: queries.map(result) });
    }
    const found = records.find(({ id }) => pathname === `/v1/vulns/${id}`);
    return found ? Response.json(found) : Response.json({ code: 5, message: 'Bug not found.' }, { status: 404 });
  };
}

// The Worker on workerd: what it answers, and what it refuses to be used for.
//
// The network is a function: one registry, `registry.example.test`, whose repositories behave as each test says, and
// whatever other hosts a test puts beside it. Every request that the Worker sends is seen.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { Response } from 'miniflare';
import { childrenNamed, watchMemory } from './support/memory.mjs';
import { startWorker } from './support/worker.mjs';

const REGISTRY = 'registry.example.test';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';

let worker;
/** What the registry answers, by repository. */
const repositories = new Map();
/** What other hosts answer. */
const hosts = new Map();

before(async () => {
  worker = await startWorker({
    registries: [REGISTRY, '127.0.0.1:5000', '*.suffix.test', '*.internal', '*.local', '*.localhost', '*.0.0.1', '*.1'],
    outbound: {
      [REGISTRY]: (request) => {
        const [, repository] = /^\/v2\/(.+)\/(?:manifests|blobs|referrers|tags)\//.exec(new URL(request.url).pathname);
        return repositories.get(repository)(request);
      },
      'elsewhere.example.test': (request) => hosts.get('elsewhere')(request),
    },
  });
});
after(() => worker.dispose());
beforeEach(() => {
  worker.asked.length = 0;
});

describe('relay', () => {
  test('an answer comes back byte for byte with its media type', async () => {
    const bytes = Buffer.from('\n\n {"spaces": "kept"} \n');
    serve('lab/plain', () => new Response(bytes, { headers: { 'content-type': MANIFEST, 'docker-content-digest': sha256(bytes) } }));
    const answer = await get(relay('lab/plain/manifests/v1'));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), MANIFEST);
    assert.equal(answer.headers.get('docker-content-digest'), sha256(bytes));
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), bytes);
  });

  test('HEAD brings the headers and no content', async () => {
    serve('lab/head', (request) => {
      assert.equal(request.method, 'HEAD');
      return new Response(null, { headers: { 'content-type': MANIFEST, 'docker-content-digest': sha256('x') } });
    });
    const answer = await get(relay('lab/head/manifests/v1'), { method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('docker-content-digest'), sha256('x'));
    assert.equal(await answer.text(), '');
  });

  test('a registry’s own error keeps its status and its body', async () => {
    const body = '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}';
    serve('lab/absent', () => new Response(body, { status: 404, headers: { 'content-type': 'application/json' } }));
    const answer = await get(relay('lab/absent/manifests/v1'));
    assert.equal(answer.status, 404);
    assert.equal(await answer.text(), body);
  });

  test('an anonymous token is fetched where the registry says', async () => {
    hosts.set('elsewhere', () => Response.json({ token: 'anonymous' }));
    serve('lab/token', (request) =>
      request.headers.get('authorization') === 'Bearer anonymous'
        ? new Response('{}', { headers: { 'content-type': MANIFEST } })
        : challenge('https://elsewhere.example.test/token'));
    assert.equal((await get(relay('lab/token/manifests/v1'))).status, 200);
  });

  test('a wildcard stands for the public names below it', async () => {
    await get('/relay/team.suffix.test/v2/a/manifests/v1');
    assert.equal(new URL(worker.asked[0].url).host, 'team.suffix.test');
  });

  describe('keeps credentials apart:', () => {
    test('the caller’s Authorization and cookies never reach the registry', async () => {
      serve('lab/plain', () => new Response('{}'));
      const headers = { authorization: 'Bearer secret', cookie: 'session=secret', 'x-secret': 'secret' };
      await get(relay('lab/plain/manifests/v1'), { headers });
      assert.equal(worker.asked.length, 1);
      assert.doesNotMatch(JSON.stringify([...worker.asked[0].headers]), /secret/);
    });

    test('a registry sets no cookie and asks nobody for a password under our name', async () => {
      serve('lab/cookie', () => new Response('{}', {
        status: 500,
        headers: {
          'set-cookie': 'session=theirs',
          'www-authenticate': 'Basic realm="pullproof"',
          'clear-site-data': '"*"',
          refresh: '0;url=https://evil.test',
          link: '<https://evil.test/x.js>; rel="preload"',
        },
      }));
      const { headers } = await get(relay('lab/cookie/manifests/v1'));
      for (const name of ['set-cookie', 'www-authenticate', 'clear-site-data', 'refresh', 'link']) {
        assert.equal(headers.get(name), null, name);
      }
    });

    test('a token is not shown to the host of a redirect', async () => {
      const elsewhere = 'https://elsewhere.example.test';
      hosts.set('elsewhere', ({ url }) => url.includes('/token') ? Response.json({ token: 'anonymous' }) : new Response('blob'));
      serve('lab/redirect', ({ headers }) =>
        headers.has('authorization') ? redirect(`${elsewhere}/blob`) : challenge(`${elsewhere}/token`));
      const answer = await get(relay(`lab/redirect/blobs/${sha256('blob')}`));
      assert.equal(await answer.text(), 'blob');
      assert.equal(worker.asked.at(-1).url, `${elsewhere}/blob`);
      assert.equal(worker.asked.at(-1).headers.get('authorization'), null);
    });
  });

  describe('refuses to reach', () => {
    const hostsRefused = {
      'a loopback address': '127.0.0.2:5000',
      'a loopback address in decimal': '2130706433',
      'a listed address in decimal': '2130706433:5000',
      'a listed address in hexadecimal': '0x7f000001:5000',
      'a loopback address in octal': '0177.0.0.1',
      'a loopback address with parts left out': '127.1',
      'a loopback address with leading zeros': '127.0.0.01',
      'the unspecified address': '0.0.0.0',
      'the IPv6 loopback address': '[::1]',
      'an IPv4-mapped IPv6 address': '[::ffff:127.0.0.1]',
      'an IPv4-mapped IPv6 address in hexadecimal': '[::ffff:7f00:1]',
      'an IPv6 link-local address': '[fe80::1]',
      'an IPv6 unique local address': '[fd00::1]',
      'a private address': '10.0.0.1',
      'the metadata address of the clouds': '169.254.169.254',
      'another port of a listed host': '127.0.0.1:5001',
      'a listed host at another port': `${REGISTRY}:8443`,
      'localhost': 'localhost',
      'localhost at a port': 'localhost:5000',
      'localhost with a trailing dot': 'localhost.',
      'localhost in capitals': 'LOCALHOST',
      'a name below localhost': 'registry.localhost',
      'a name of multicast DNS': 'printer.local',
      'a name of a private domain': 'metadata.google.internal',
      'a name of a private domain with a trailing dot': 'metadata.google.internal.',
      'a listed host with a trailing dot': `${REGISTRY}.`,
      'the suffix of a wildcard by itself': 'suffix.test',
      'a name that only ends like a wildcard': 'evilsuffix.test',
      'a name that only begins like a listed one': `${REGISTRY}.evil.test`,
      'a wildcard’s name at a port': 'team.suffix.test:22',
      'a host behind credentials': `${REGISTRY}@evil.test`,
      'a host behind a percent-encoded slash': `evil.test%2f.suffix.test`,
      'a host behind a fragment': 'evil.test%23.suffix.test',
      'a percent-encoded loopback address': '%31%32%37.0.0.1',
      'an address in full-width digits': '%EF%BC%91%EF%BC%92%EF%BC%97.0.0.1',
      'an empty host': '',
    };
    for (const [what, host] of Object.entries(hostsRefused)) {
      test(what, async () => {
        const { status, body } = await getRaw(`/relay/${host}/v2/a/manifests/v1`);
        if (host === '') assertError({ status, body }, 400, 'options-invalid');
        else assertError({ status, body }, 403, 'registry-not-allowed');
        assert.deepEqual(worker.asked, []);
      });
    }

    test('a private address that a registry redirects to', async () => {
      serve('lab/away', () => redirect('http://169.254.169.254/latest/meta-data/'));
      assertError(await getRaw(relay('lab/away/manifests/v1')), 502, 'redirect-refused');
      assert.equal(worker.asked.length, 1);
    });

    test('a private address that a blob’s redirect leads to in two steps', async () => {
      hosts.set('elsewhere', () => redirect('https://[::ffff:10.0.0.1]/'));
      serve('lab/away', () => redirect('https://elsewhere.example.test/blob'));
      assertError(await getRaw(relay(`lab/away/blobs/${sha256('blob')}`)), 502, 'redirect-refused');
      assert.equal(worker.asked.length, 2);
    });

    test('a private address that a registry calls its token service', async () => {
      serve('lab/realm', () => challenge('http://169.254.169.254/token'));
      assertError(await getRaw(relay('lab/realm/manifests/v1')), 502, 'realm-refused');
      assert.equal(worker.asked.length, 1);
    });
  });

  describe('refuses the path', () => {
    const digest = sha256('x');
    const pathsRefused = {
      'of the registry itself': '/v2/',
      'of the catalogue': '/v2/_catalog',
      'of an upload': '/v2/a/blobs/uploads/',
      'of another version': '/v1/a/manifests/v1',
      'of another service': '/token',
      'that climbs with an encoded slash': '/v2/a/..%2f..%2fsecret/manifests/v1',
      'that climbs with encoded dots': '/v2/a/%2e%2e%2f/manifests/v1',
      'that climbs with plain dots': '/v2/a/../../secret/manifests/v1',
      'that climbs with backslashes': '/v2/a/..\\..\\secret/manifests/v1',
      'that climbs in the tag': '/v2/a/manifests/..%2f_catalog',
      'with an empty part': '/v2/a//b/manifests/v1',
      'with a name in capitals': '/v2/A/manifests/v1',
      'with a tag of 129 characters': `/v2/a/manifests/${'t'.repeat(129)}`,
      'with a name of 5,000 characters': `/v2/${'a'.repeat(5000)}/manifests/v1`,
      'with a digest that is too short': `/v2/a/manifests/${digest.slice(0, -1)}`,
      'with a digest in capitals': `/v2/a/manifests/${digest.toUpperCase()}`,
      'with a digest nobody can verify': `/v2/a/manifests/md5:${'0'.repeat(32)}`,
      'with a blob that has no digest': '/v2/a/blobs/latest',
      'with a query beside a manifest': `/v2/a/manifests/${digest}?ns=evil`,
      'with a line break': '/v2/a/manifests/v1%0d%0aX-Evil:1',
      'with an encoded question mark': '/v2/a/manifests/v1%3Fx',
      'of the list of tags': '/v2/a/tags/list',
    };
    for (const [what, path] of Object.entries(pathsRefused)) {
      test(what, async () => {
        assertError(await getRaw(`/relay/${REGISTRY}${path}`), 400, 'options-invalid');
        assert.deepEqual(worker.asked, []);
      });
    }
  });

  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
    test(`${method} is refused`, async () => {
      const answer = await get(relay('lab/plain/manifests/v1'), { method });
      assertError({ status: answer.status, body: await answer.text() }, 405, 'method-not-allowed');
      assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS');
      assert.deepEqual(worker.asked, []);
    });
  }

  describe('shows no page of a hostile registry:', () => {
    const html = () => new Response('<script>alert(document.domain)</script>', { headers: { 'content-type': 'text/html' } });

    test('what it sends runs nothing, loads nothing and has no origin', async () => {
      serve('lab/html', html);
      const { headers } = await get(relay('lab/html/manifests/v1'));
      assert.equal(headers.get('content-security-policy'), "sandbox; default-src 'none'");
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
      assert.equal(headers.get('content-disposition'), 'attachment');
    });

    for (const destination of ['document', 'iframe', 'script', 'style', 'worker', 'serviceworker', 'object', 'image']) {
      test(`a browser that wants it as ${destination} gets an error`, async () => {
        const { status, body } = await getRaw(relay('lab/html/manifests/v1'), { 'sec-fetch-dest': destination });
        assertError({ status, body }, 403, 'embedding-refused');
        assert.deepEqual(worker.asked, []);
      });
    }
  });

  describe('keeps in its cache', () => {
    test('what was asked by digest, and does not ask for it again', async () => {
      const bytes = '{"cached": true}';
      serve('lab/cached', () => new Response(bytes, { headers: { 'content-type': MANIFEST, 'docker-content-digest': sha256(bytes) } }));
      const first = await get(relay(`lab/cached/manifests/${sha256(bytes)}`));
      assert.equal(first.headers.get('cache-control'), 'public, max-age=31536000, immutable');
      const second = await untilCached(relay(`lab/cached/manifests/${sha256(bytes)}`));
      assert.equal(await second.text(), bytes);
      for (const name of ['content-type', 'docker-content-digest', 'cache-control']) {
        assert.equal(second.headers.get(name), first.headers.get(name), name);
      }
    });

    test('enough to answer HEAD', async () => {
      const bytes = '{"cached": "for HEAD"}';
      serve('lab/cached', () => new Response(bytes, { headers: { 'content-type': MANIFEST } }));
      await get(relay(`lab/cached/manifests/${sha256(bytes)}`));
      await untilCached(relay(`lab/cached/manifests/${sha256(bytes)}`));
      worker.asked.length = 0;
      const answer = await get(relay(`lab/cached/manifests/${sha256(bytes)}`), { method: 'HEAD' });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), MANIFEST);
      assert.deepEqual(worker.asked, []);
    });

    test('a blob that the registry keeps elsewhere', async () => {
      hosts.set('elsewhere', () => new Response('a blob'));
      serve('lab/elsewhere', () => redirect('https://elsewhere.example.test/signed?expires=1'));
      await get(relay(`lab/elsewhere/blobs/${sha256('a blob')}`));
      assert.equal(await (await untilCached(relay(`lab/elsewhere/blobs/${sha256('a blob')}`))).text(), 'a blob');
    });

    test('nothing that does not hash to the digest', async () => {
      serve('lab/liar', () => new Response('not what was asked for', { headers: { 'content-type': MANIFEST } }));
      await assertNotCached(relay(`lab/liar/manifests/${sha256('what was asked for')}`));
    });

    test('nothing that came with the digest of something else', async () => {
      const bytes = '{"header": "wrong"}';
      serve('lab/header', () => new Response(bytes, { headers: { 'content-type': MANIFEST, 'docker-content-digest': sha256('other') } }));
      const path = relay(`lab/header/manifests/${sha256(bytes)}`);
      await get(path);
      await sleep(200);
      await get(path);
      assert.equal(worker.asked.length, 2);
    });

    test('nothing that was asked by tag', async () => {
      serve('lab/tag', () => new Response('{}', { headers: { 'content-type': MANIFEST, 'cache-control': 'public, max-age=3600' } }));
      await assertNotCached(relay('lab/tag/manifests/v1'));
    });

    test('no error', async () => {
      serve('lab/error', () => new Response('x', { status: 404 }));
      await assertNotCached(relay(`lab/error/blobs/${sha256('x')}`));
    });

    test('nothing under the name of another repository', async () => {
      const bytes = 'private to lab/one';
      serve('lab/one', () => new Response(bytes));
      serve('lab/two', () => new Response('denied', { status: 403 }));
      await get(relay(`lab/one/blobs/${sha256(bytes)}`));
      await untilCached(relay(`lab/one/blobs/${sha256(bytes)}`));
      assert.equal((await get(relay(`lab/two/blobs/${sha256(bytes)}`))).status, 403);
    });

    test('nothing that depends on what the first caller accepted', async () => {
      serve('lab/accept', () => new Response('{}', { headers: { 'content-type': MANIFEST } }));
      await get(relay(`lab/accept/manifests/${sha256('{}')}`), { headers: { accept: INDEX } });
      assert.equal(worker.asked[0].headers.get('accept').split(',').length, 4);
    });
  });

  test('by tag, the caller’s choice of manifest types reaches the registry, and nothing else of its Accept', async () => {
    serve('lab/accept', () => new Response('{}'));
    await get(relay('lab/accept/manifests/v1'), { headers: { accept: `${INDEX}, ${MANIFEST}, text/html` } });
    assert.equal(worker.asked[0].headers.get('accept'), `${INDEX},${MANIFEST}`);
  });

  test('a rate limit comes back with the time to wait', async () => {
    serve('lab/busy', () => new Response('slow down', { status: 429, headers: { 'retry-after': '17' } }));
    const answer = await get(relay('lab/busy/manifests/v1'));
    assert.equal(answer.status, 429);
    assert.equal(answer.headers.get('retry-after'), '17');
  });
});

describe('check', () => {
  const image = makeImage();
  before(() => serve('lab/good', image.answer));

  test('a reference in the query gives the report', async () => {
    const answer = await get(check(`${REGISTRY}/lab/good:v1`));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    const report = await answer.json();
    assert.equal(report.schemaVersion, 1);
    assert.equal(report.verdict, 'inconclusive');
    assert.equal(report.resolution.digest, image.digest);
    assert.equal(report.pinned, `${REGISTRY}/lab/good:v1@${image.digest}`);
  });

  test('a POST gives the same report', async () => {
    const ofQuery = await (await get(check(`${REGISTRY}/lab/good:v1`))).json();
    const ofBody = await (await post({ image: `${REGISTRY}/lab/good:v1` })).json();
    const timeless = (report) => ({ ...report, checkedAt: null, resolution: { ...report.resolution, at: null } });
    assert.deepEqual(timeless(ofBody), timeless(ofQuery));
  });

  const policyOf = (condition) => ({ rules: [{ images: `${REGISTRY}/lab/good`, require: [{ anyOf: [condition] }] }], default: 'reject' });

  test('a policy that names the digest accepts', async () => {
    const report = await (await post({ image: `${REGISTRY}/lab/good:v1`, policy: policyOf({ digest: image.digest }) })).json();
    assert.equal(report.verdict, 'accept');
  });

  test('a policy as JSON text is the same policy', async () => {
    const policy = JSON.stringify(policyOf({ digest: image.digest }));
    const report = await (await post({ image: `${REGISTRY}/lab/good:v1`, policy })).json();
    assert.equal(report.verdict, 'accept');
  });

  test('a policy that names another digest rejects, with status 200', async () => {
    const answer = await post({ image: `${REGISTRY}/lab/good:v1`, policy: policyOf({ digest: sha256('another') }) });
    assert.equal(answer.status, 200);
    assert.equal((await answer.json()).verdict, 'reject');
  });

  test('a registry that lies about the digest is a rejection, with status 200', async () => {
    serve('lab/lies', () => new Response('{}', { headers: { 'content-type': MANIFEST } }));
    const answer = await get(check(`${REGISTRY}/lab/lies@${sha256('the truth')}`));
    assert.equal(answer.status, 200);
    const report = await answer.json();
    assert.equal(report.verdict, 'reject');
    assert.equal(report.reasons[0].code, 'digest-mismatch');
  });

  test('an image asked by digest is fetched once', async () => {
    const reference = `${REGISTRY}/lab/good@${image.digest}`;
    const first = await (await get(check(reference))).json();
    const second = await (await untilCached(check(reference))).json();
    assert.deepEqual(second.checks, first.checks);
  });

  test('a tag is asked for every time', async () => {
    const asksForTag = () => worker.asked.filter(({ url }) => url.endsWith('/manifests/v1')).length;
    await get(check(`${REGISTRY}/lab/good:v1`));
    await sleep(200);
    await get(check(`${REGISTRY}/lab/good:v1`));
    assert.equal(asksForTag(), 2);
  });

  describe('refuses', () => {
    const questions = {
      'no image': ['/v1/check', 'options-invalid'],
      'an empty image': ['/v1/check?image=', 'options-invalid'],
      'two images': ['/v1/check?image=a&image=b', 'options-invalid'],
      'a parameter it does not know': ['/v1/check?image=a&plattform=linux/arm64', 'options-invalid'],
      'a policy in the query': ['/v1/check?image=a&policy={}', 'options-invalid'],
      'attachments=yes': ['/v1/check?image=a&attachments=yes', 'options-invalid'],
      'a text that is no reference': ['/v1/check?image=Not%20An%20Image', 'reference-invalid'],
      'a platform that is none': [`/v1/check?image=${REGISTRY}/lab/good:v1&platform=//`, 'platform-invalid'],
    };
    for (const [what, [path, code]] of Object.entries(questions)) {
      test(what, async () => {
        assertError(await getRaw(path), 400, code);
        assert.deepEqual(worker.asked, []);
      });
    }

    const bodies = {
      'a body that is no JSON': ['image=nginx', 'options-invalid'],
      'an empty body': ['', 'options-invalid'],
      'a body that is not UTF-8': [Buffer.from([0x22, 0xff, 0x22]), 'options-invalid'],
      'a body that is a list': ['["nginx"]', 'options-invalid'],
      'a body 30,000 lists deep': ['['.repeat(30_000) + ']'.repeat(30_000), 'options-invalid'],
      'an image that is a number': ['{"image":1}', 'options-invalid'],
      'a member it does not know': [`{"image":"a","polcy":{}}`, 'options-invalid'],
      'attachments as text': ['{"image":"a","attachments":"1"}', 'options-invalid'],
      'a member that stands twice': ['{"image":"a","image":"b"}', 'options-invalid'],
      'a policy whose default stands twice': [
        `{"image":"${REGISTRY}/a","policy":{"rules":[],"default":"reject","default":"inconclusive"}}`,
        'options-invalid',
      ],
      'a policy that is a number': [`{"image":"${REGISTRY}/a","policy":1}`, 'options-invalid'],
      'a policy of another shape': [`{"image":"${REGISTRY}/a","policy":{"rules":{},"default":"reject"}}`, 'policy-invalid'],
      'a requirement it cannot verify': [
        `{"image":"${REGISTRY}/a","policy":${JSON.stringify(policyOf({ notation: { certificate: 'x' } }))}}`,
        'policy-unsupported',
      ],
    };
    for (const [what, [body, code]] of Object.entries(bodies)) {
      test(what, async () => {
        const answer = await get('/v1/check', { method: 'POST', body });
        assertError({ status: answer.status, body: await answer.text() }, 400, code);
        assert.deepEqual(worker.asked, []);
      });
    }

    test('a body of more than 64 KiB', async () => {
      const answer = await post({ image: 'a', policy: 'x'.repeat(64 * 1024) });
      assertError({ status: answer.status, body: await answer.text() }, 413, 'request-too-large');
    });

    test('a body that does not say how long it is', async () => {
      const body = new Blob(['{"image":"', 'a'.repeat(64 * 1024), '"}']).stream();
      const answer = await get('/v1/check', { method: 'POST', body, duplex: 'half' });
      assertError({ status: answer.status, body: await answer.text() }, 413, 'request-too-large');
    });

    const images = [
      '127.0.0.1/a', 'localhost:5000/a', '169.254.169.254/latest', '[::1]:5000/a', 'metadata.google.internal/a', 'nginx', 'evil.test/a',
    ];
    for (const image of images) {
      test(`an image of a registry that is not listed: ${image}`, async () => {
        assertError(await getRaw(check(image)), 403, 'registry-not-allowed');
        assert.deepEqual(worker.asked, []);
      });
    }

    test('PUT', async () => {
      const answer = await get('/v1/check', { method: 'PUT', body: '{}' });
      assertError({ status: answer.status, body: await answer.text() }, 405, 'method-not-allowed');
    });
  });

  describe('has no report when', () => {
    test('the registry has no such image', async () => {
      serve('lab/absent', () => Response.json({ errors: [{ code: 'MANIFEST_UNKNOWN' }] }, { status: 404 }));
      assertError(await getRaw(check(`${REGISTRY}/lab/absent`)), 404, 'not-found');
    });

    test('the registry asks for patience, and says for how long', async () => {
      serve('lab/busy', () => new Response('', { status: 429, headers: { 'retry-after': '42' } }));
      const answer = await get(check(`${REGISTRY}/lab/busy`));
      assertError({ status: answer.status, body: await answer.text() }, 429, 'rate-limited');
      assert.equal(answer.headers.get('retry-after'), '42');
    });

    test('the registry wants a password', async () => {
      serve('lab/secret', () => new Response('', { status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }));
      assertError(await getRaw(check(`${REGISTRY}/lab/secret`)), 403, 'unauthorized');
    });

    test('the registry redirects to a private address', async () => {
      serve('lab/away', () => redirect('http://10.0.0.1/'));
      assertError(await getRaw(check(`${REGISTRY}/lab/away`)), 502, 'redirect-refused');
      assert.equal(worker.asked.length, 1);
    });
  });
});

describe('a registry on a socket', () => {
  let server, registry, onSocket;
  /** What the registry does, and how much of it got through. */
  let behave, sent;

  before(async () => {
    server = http.createServer((request, response) => behave(response));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    registry = `127.0.0.1:${server.address().port}`;
    onSocket = await startWorker({ registries: [registry], timeoutSeconds: 1 });
  });
  after(async () => {
    await onSocket.dispose();
    server.closeAllConnections();
    server.close();
  });

  const behaviours = {
    'never answers': [() => {}, 504, 'timeout'],
    'stops after the first byte': [(response) => response.writeHead(200, { 'content-type': MANIFEST }).write('{'), 504, 'timeout'],
    'sends one byte a moment': [
      (response) => {
        const timer = setInterval(() => response.write(' '), 50);
        response.writeHead(200, { 'content-type': MANIFEST }).on('close', () => clearInterval(timer));
      },
      504,
      'timeout',
    ],
    'hangs up': [(response) => response.socket.destroy(), 502, 'unreachable'],
    'announces 5 GB and sends them': [(response) => flood(response, { 'content-length': 5 * 1024 ** 3 }), 502, 'response-too-large'],
    'sends without end': [(response) => flood(response, {}), 502, 'response-too-large'],
    'sends 5 GB of nothing, compressed': [
      (response) => {
        const bomb = zlib.createGzip();
        bomb.pipe(response.writeHead(200, { 'content-type': MANIFEST, 'content-encoding': 'gzip' }));
        flood(bomb);
      },
      502,
      'response-too-large',
    ],
    'redirects to itself for ever': [(response) => response.writeHead(307, { location: '/v2/a/manifests/v1' }).end(), 502, 'too-many-redirects'],
  };

  for (const [what, [behaviour, status, code]] of Object.entries(behaviours)) {
    const routes = {
      'the relay': () => `/relay/${registry}/v2/a/manifests/${sha256('x')}`,
      'a check': () => check(`${registry}/a:v1`),
    };
    for (const [route, path] of Object.entries(routes)) {
      test(`that ${what} ends ${route} with ${code}, soon and having sent little`, async () => {
        behave = behaviour;
        sent = 0;
        const begin = performance.now();
        const answer = await fetch(onSocket.url + path());
        assertError({ status: answer.status, body: await answer.text() }, status, code);
        assert.ok(performance.now() - begin < 3000);
        assert.ok(sent < 64 * 1024 ** 2, `expected the Worker to stop reading, found that it took ${sent} bytes`);
      });
    }
  }

  /** Writes zeros as fast as they are taken, until nobody takes them any more. */
  function flood(stream, headers) {
    if (headers !== undefined) stream.writeHead(200, { 'content-type': MANIFEST, ...headers });
    const zeros = Buffer.alloc(64 * 1024);
    const pour = () => {
      while (sent < 5 * 1024 ** 3 && !stream.destroyed) {
        sent += zeros.length;
        if (!stream.write(zeros)) return void stream.once('drain', pour);
      }
    };
    pour();
  }
});

describe('a blob on its way', { timeout: 120_000 }, () => {
  const LIMIT = 64 * 1024 ** 2;
  const digest = sha256('whatever is asked for');
  let server, registry, passing;
  /** What the registry does with the request for a blob. */
  let behave;

  before(async () => {
    server = http.createServer((request, response) => behave(response, request));
    await once(server.listen(0, '127.0.0.1'), 'listening');
    registry = `127.0.0.1:${server.address().port}`;
    passing = await startWorker({ registries: [registry], timeoutSeconds: 2, relayBytes: LIMIT });
  });
  after(async () => {
    await passing.dispose();
    server.closeAllConnections();
    server.close();
  });

  const blob = (of = digest, options) => fetch(`${passing.url}/relay/${registry}/v2/a/blobs/${of}`, options);

  /** Sends pieces of 64 KiB for as long as somebody takes them, up to `length`; `sent` says how many bytes that were, and whether it is over. */
  function pour(response, length, headers = {}) {
    const sent = { bytes: 0, isOver: false };
    response.writeHead(200, { 'content-type': 'application/octet-stream', ...headers });
    const ended = once(response, 'close').then(() => { sent.isOver = true; });
    const piece = Buffer.alloc(64 * 1024, 'pullproof');
    const next = () => {
      while (!response.destroyed && sent.bytes < length) {
        const some = piece.subarray(0, length - sent.bytes);
        sent.bytes += some.length;
        if (!response.write(some)) return void response.once('drain', next);
      }
      if (!response.destroyed) response.end();
    };
    next();
    return Object.assign(sent, { ended });
  }

  /** The content's hash and length, and no more of it in memory than a piece. */
  async function hashed(answer) {
    const hash = createHash('sha256');
    let length = 0;
    for await (const chunk of answer.body) {
      hash.update(chunk);
      length += chunk.length;
    }
    return { digest: `sha256:${hash.digest('hex')}`, length };
  }

  /** How much of a blob arrives that is cut: what was on its way may be lost with the connection. */
  const cut = () => blob().then(hashed).then(({ length }) => length, () => 0);

  /** As {@link pour} sends it. */
  function poured(length) {
    const piece = Buffer.alloc(64 * 1024, 'pullproof');
    const hash = createHash('sha256');
    for (let left = length; left > 0; left -= piece.length) hash.update(piece.subarray(0, left));
    return `sha256:${hash.digest('hex')}`;
  }

  for (const length of [1, 256 * 1024 - 1, 256 * 1024, 256 * 1024 + 1, 60_454_093]) {
    test(`of ${length} bytes arrives as it was sent, whether it says its length or not`, async () => {
      for (const headers of [{ 'content-length': length }, {}]) {
        behave = (response) => pour(response, length, headers);
        const answer = await blob();
        assert.equal(answer.status, 200);
        assert.equal(answer.headers.get('cache-control').split(', ')[0], 'no-store');
        assert.equal(answer.headers.get('content-security-policy'), "sandbox; default-src 'none'");
        assert.deepEqual(await hashed(answer), { digest: poured(length), length });
      }
    });
  }

  test('is followed to where the registry keeps it, with no header field of either that means nothing', async () => {
    const length = 1024 ** 2;
    behave = (response, request) => {
      if (request.url.startsWith('/v2/')) return response.writeHead(307, { location: '/storage/x', 'set-cookie': 'a=b' }).end();
      assert.equal(request.url, '/storage/x');
      return pour(response, length, { 'set-cookie': 'a=b', 'cache-control': 'public, max-age=3600', link: '</x>; rel="preload"', etag: '"x"' });
    };
    const answer = await blob();
    for (const name of ['set-cookie', 'link', 'etag']) assert.equal(answer.headers.get(name), null, name);
    assert.equal(answer.headers.get('cache-control'), 'no-store, no-transform');
    assert.equal((await hashed(answer)).length, length);
  });

  test('is never kept if it is long, although its digest is what was asked for', async () => {
    const length = 1024 ** 2;
    let asked = 0;
    behave = (response) => {
      asked += 1;
      pour(response, length);
    };
    for (let request = 0; request < 2; request += 1) {
      await hashed(await blob(poured(length)));
      await sleep(200);
    }
    assert.equal(asked, 2);
  });

  test('stays below the limit even if nothing says how long it is', async () => {
    let sent;
    behave = (response) => { sent = pour(response, Infinity); };
    assert.ok(await cut() <= LIMIT);
    await sent.ended;
    assert.ok(sent.bytes < LIMIT + 16 * 1024 ** 2, `expected the Worker to stop reading, found that it took ${sent.bytes} bytes`);
  });

  test('stays below the limit however little of it is sent, if it is a bomb', async () => {
    const content = zlib.gzipSync(Buffer.alloc(4 * LIMIT));
    assert.ok(content.length < 1024 ** 2);
    behave = (response) => response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-encoding': 'gzip', 'content-length': content.length }).end(content);
    assert.ok(await cut() <= LIMIT);
  });

  test('is as long as the limit, and not a byte longer', async () => {
    behave = (response) => pour(response, LIMIT);
    assert.equal((await hashed(await blob())).length, LIMIT);
    behave = (response) => pour(response, LIMIT + 1);
    assert.ok(await cut() <= LIMIT);
    behave = (response) => pour(response, LIMIT, { 'content-length': LIMIT });
    assert.equal((await hashed(await blob())).length, LIMIT);
  });

  test('is refused before it is read if it announces too much', async () => {
    let sent;
    behave = (response) => { sent = pour(response, 5 * 1024 ** 3, { 'content-length': 5 * 1024 ** 3 }); };
    const answer = await blob();
    assertError({ status: answer.status, body: await answer.text() }, 502, 'response-too-large');
    await sent.ended;
    assert.ok(sent.bytes < 16 * 1024 ** 2, `found that it took ${sent.bytes} bytes`);
  });

  test('that ends before it said is no answer that ends', async () => {
    behave = (response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': 2 * 1024 ** 2 }).write(Buffer.alloc(1024 ** 2));
      setTimeout(() => response.destroy(), 100);
    };
    await assert.rejects(blob().then(hashed), /terminated/);
  });

  test('that ends in its first piece is unreachable', async () => {
    behave = (response) => {
      response.writeHead(200, { 'content-length': 2 * 1024 ** 2 }).write(Buffer.alloc(1024));
      setTimeout(() => response.destroy(), 100);
    };
    const answer = await blob();
    assertError({ status: answer.status, body: await answer.text() }, 502, 'unreachable');
  });

  test('that never begins is given up', async () => {
    behave = (response) => response.writeHead(200, { 'content-length': 10 }).write('1');
    const answer = await blob();
    assertError({ status: answer.status, body: await answer.text() }, 504, 'timeout');
  });

  test('takes longer than an answer may, if it keeps coming', async () => {
    const piece = Buffer.alloc(512 * 1024);
    behave = async (response) => {
      response.writeHead(200, { 'content-length': 6 * piece.length });
      for (let pieces = 0; pieces < 6; pieces += 1) {
        response.write(piece);
        await sleep(500);
      }
      response.end();
    };
    assert.equal((await hashed(await blob())).length, 6 * piece.length);
  });

  test('is not fetched any more when whoever wanted it has gone', async () => {
    let sent;
    behave = (response) => { sent = pour(response, 60_000_000); };
    const leaving = new AbortController();
    const answer = await blob(digest, { signal: leaving.signal });
    await answer.body.getReader().read();
    leaving.abort();
    await sent.ended;
    assert.ok(sent.bytes < 40_000_000, `expected the registry to be left, found that ${sent.bytes} bytes were sent`);
  });

  test('waits for whoever reads it', async () => {
    let sent;
    behave = (response) => { sent = pour(response, 60_000_000); };
    const leaving = new AbortController();
    const answer = await blob(digest, { signal: leaving.signal });
    await sleep(1000);
    // What fits between three programs on one machine: buffers of sockets, mostly.
    assert.ok(sent.bytes < 30_000_000, `expected nobody to read ahead, found that ${sent.bytes} bytes were sent`);
    leaving.abort();
    await answer.body.cancel().catch(() => {});
    await sent.ended;
  });

  test('takes the same memory however long it is', async () => {
    behave = (response) => pour(response, 60_000_000);
    await hashed(await blob());
    const grown = await watchMemory(() => childrenNamed('workerd'));
    await Promise.all([1, 2, 3].map(async () => hashed(await blob())));
    const bytes = await grown();
    assert.ok(bytes === null || bytes < 60_000_000, `expected three blobs of 60 MB to take less memory than one of them has, found ${bytes} bytes more`);
  });
});

describe('any page', () => {
  for (const [path, methods] of [['/v1/check', 'GET, POST, OPTIONS'], [relay('a/manifests/v1'), 'GET, HEAD, OPTIONS']]) {
    test(`may ask ${path}`, async () => {
      const headers = { origin: 'https://page.test', 'access-control-request-method': 'GET' };
      const answer = await get(path, { method: 'OPTIONS', headers });
      assert.equal(answer.status, 204);
      assert.equal(answer.headers.get('access-control-allow-origin'), '*');
      assert.equal(answer.headers.get('access-control-allow-methods'), methods);
      assert.equal(answer.headers.get('access-control-allow-credentials'), null);
      assert.deepEqual(worker.asked, []);
    });
  }

  test('may read the headers of an answer, and of an error', async () => {
    serve('lab/plain', () => new Response('{}'));
    for (const path of [relay('lab/plain/manifests/v1'), '/relay/evil.test/v2/a/manifests/v1', '/v1/check']) {
      const { headers } = await get(path, { headers: { origin: 'https://page.test' } });
      assert.equal(headers.get('access-control-allow-origin'), '*');
      for (const name of ['Docker-Content-Digest', 'Retry-After', 'Content-Type']) {
        assert.ok(headers.get('access-control-expose-headers').split(', ').includes(name), name);
      }
    }
  });
});

describe('the page', () => {
  test('is served with a policy that loads nothing from elsewhere', async () => {
    const { status, headers } = await get('/');
    assert.equal(status, 200);
    assert.match(headers.get('content-type'), /^text\/html/);
    assert.match(headers.get('content-security-policy'), /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; /);
    assert.match(headers.get('content-security-policy'), /frame-ancestors 'none'/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('referrer-policy'), 'no-referrer');
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
  });

  for (const path of ['/v1/', '/v1/checks', '/v2/', '/relay', '/.env', '/_headers', '/nowhere']) {
    test(`${path} is not there`, async () => assertError(await getRaw(path), 404, 'route-unknown'));
  }
});

describe('health', () => {
  const { version } = JSON.parse(readFileSync(new URL('../../pkg/package.json', import.meta.url), 'utf8'));

  test('tells the version', async () => {
    assert.deepEqual(await (await get('/v1/healthz')).json(), { status: 'ok', version });
  });

  test('answers HEAD, for those who only want to know whether it lives', async () => {
    const answer = await get('/v1/healthz', { method: 'HEAD' });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), '');
  });

  test('tells the page of a demonstration, which may then be asked', async () => {
    const demo = { registry: '127.0.0.1:5999', examples: [{ image: '127.0.0.1:5999/demo/good:1', title: 'good' }] };
    const demonstration = await startWorker({ registries: [demo.registry], demo, outbound: { [demo.registry]: () => new Response('{}') } });
    try {
      assert.deepEqual((await (await fetch(`${demonstration.url}/v1/healthz`)).json()).demo, demo);
      assert.equal((await fetch(`${demonstration.url}/relay/${demo.registry}/v2/demo/good/manifests/1`)).status, 200);
    } finally {
      await demonstration.dispose();
    }
  });
});

describe('as it is deployed', () => {
  test('the public registries may be asked, and this machine may not', async () => {
    const dockerHub = () => new Response('{}', { headers: { 'content-type': MANIFEST } });
    const deployed = await startWorker({ outbound: { 'registry-1.docker.io': dockerHub } });
    try {
      assert.equal((await fetch(`${deployed.url}/relay/docker.io/v2/library/nginx/manifests/1.27`)).status, 200);
      assert.equal((await fetch(`${deployed.url}/relay/127.0.0.1:5000/v2/a/manifests/v1`)).status, 403);
      assert.equal((await fetch(`${deployed.url}/relay/localhost/v2/a/manifests/v1`)).status, 403);
    } finally {
      await deployed.dispose();
    }
  });

  test('a client that asks too often is told to wait', async () => {
    const limited = await startWorker({ registries: [REGISTRY], requestsPerMinute: 2, outbound: { [REGISTRY]: () => new Response('{}') } });
    try {
      const statuses = [];
      for (let request = 0; request < 3; request += 1) {
        const answer = await fetch(`${limited.url}${relay('lab/plain/manifests/v1')}`);
        statuses.push(answer.status);
        if (answer.status === 429) assert.equal(answer.headers.get('retry-after'), '60');
      }
      assert.deepEqual(statuses, [200, 200, 429]);
    } finally {
      await limited.dispose();
    }
  });

  test('wrangler takes it: one script, every WebAssembly module, the page', async () => {
    const outdir = await mkdtemp(join(tmpdir(), 'pullproof-deploy-'));
    try {
      const worker = fileURLToPath(new URL('../../worker/', import.meta.url));
      const wrangler = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [wrangler, 'deploy', '--dry-run', '--outdir', outdir], {
        cwd: worker,
        env: { ...process.env, CI: '1', WRANGLER_SEND_METRICS: 'false', HOME: outdir, XDG_CONFIG_HOME: outdir },
        timeout: 60_000,
      });
      assert.match(stdout, /--dry-run: exiting now/);
      const files = await readdir(outdir);
      assert.ok(files.includes('index.js'), `found ${files}`);
      const modules = ['', '_crypto', '_pin', '_scan', '_trust'].map((name) => `pullproof${name}_bg.wasm`);
      assert.deepEqual(files.filter((file) => file.endsWith('.wasm')).sort(), modules.sort());
    } finally {
      await rm(outdir, { recursive: true });
    }
  });
});

/** Lets the registry's repository behave as `answer` does. */
function serve(repository, answer) {
  repositories.set(repository, answer);
}

function relay(path) {
  return `/relay/${REGISTRY}/v2/${path}`;
}

function check(image) {
  return `/v1/check?${new URLSearchParams({ image })}`;
}

function get(path, options) {
  return fetch(worker.url + path, options);
}

function post(question) {
  return get('/v1/check', { method: 'POST', body: JSON.stringify(question) });
}

/** GET with the path exactly as it is given: fetch would tidy it up first, and an attacker does not use fetch. */
function getRaw(path, headers = {}) {
  const { hostname, port } = new URL(worker.url);
  return new Promise((resolve, reject) => {
    const request = http.get({ hostname, port, path, headers }, async (response) => {
      const chunks = await response.toArray();
      resolve({ status: response.statusCode, body: Buffer.concat(chunks).toString() });
    });
    request.on('error', reject);
  });
}

function assertError({ status, body }, expectedStatus, expectedCode) {
  const { error } = JSON.parse(body);
  assert.deepEqual({ status, code: error.code }, { status: expectedStatus, code: expectedCode }, body);
  assert.match(error.message, /^\S.{20,}/);
}

/** The cache is filled after the answer was sent, so the next request may come too early for it. */
async function untilCached(path) {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    worker.asked.length = 0;
    const answer = await get(path);
    if (worker.asked.length === 0) return answer;
    await sleep(20);
  }
  return assert.fail(`expected ${path} to come from the cache in the end, found that the registry was asked every time`);
}

/** Asked twice, with time between for a cache to be filled, the registry is asked twice. */
async function assertNotCached(path) {
  worker.asked.length = 0;
  for (let request = 0; request < 2; request += 1) {
    const answer = await get(path);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    await sleep(200);
  }
  assert.equal(worker.asked.length, 2);
}

function challenge(realm) {
  const challenged = `Bearer realm="${realm}",service="test",scope="repository:a:pull"`;
  return new Response('', { status: 401, headers: { 'www-authenticate': challenged } });
}

function redirect(location) {
  return new Response(null, { status: 307, headers: { location } });
}

function sha256(bytes) {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A real image of one platform, as small as one can be. */
function makeImage() {
  const rootfs = { type: 'layers', diff_ids: [] };
  const config = JSON.stringify({ architecture: 'amd64', os: 'linux', created: '2026-01-01T00:00:00Z', rootfs });
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: sha256(config), size: config.length },
    layers: [],
  });
  const digest = sha256(manifest);
  const answer = ({ url }) =>
    url.includes('/blobs/')
      ? new Response(config, { headers: { 'content-type': 'application/octet-stream' } })
      : new Response(manifest, { headers: { 'content-type': MANIFEST, 'docker-content-digest': digest } });
  return { digest, answer };
}

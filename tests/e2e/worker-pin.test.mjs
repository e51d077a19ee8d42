// Whole texts at the Worker: what it pins, which tags it says have moved, and what it refuses to read or to ask for.
//
// The network is one registry, `registry.example.test`, which the Worker and the library beside it both ask. Every request that the
// Worker sends is seen.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';
import { Response as WorkerResponse } from 'miniflare';
import { drift as driftByLibrary, pin as pinByLibrary } from 'pullproof';
import { startWorker } from './support/worker.mjs';

const REGISTRY = 'registry.example.test';
const UNLISTED = 'unlisted.example.test';
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const INDEX = 'application/vnd.oci.image.index.v1+json';
const NOW = '2026-01-02T03:04:05Z';

const documents = new Map();
const index = keep(INDEX, {
  manifests: ['amd64', 'arm64'].map((architecture) => {
    const { digest, bytes } = manifestFor(architecture);
    return { mediaType: MANIFEST, digest, size: bytes.length, platform: { os: 'linux', architecture } };
  }),
});
const arm = JSON.parse(index.bytes).manifests[1].digest;
const single = manifestFor('amd64', 'another');
const tags = { 'lab/app:1': index, 'lab/tool:1': single };

const APP = `${REGISTRY}/lab/app:1`;
const TOOL = `${REGISTRY}/lab/tool:1`;
const ABSENT = `sha256:${'0'.repeat(64)}`;

let worker;
before(async () => {
  worker = await startWorker({
    registries: [REGISTRY],
    outbound: {
      [REGISTRY]: (request) => {
        const { status, headers, body } = answer(new URL(request.url).pathname);
        return new WorkerResponse(body, { status, headers });
      },
    },
  });
});
after(() => worker.dispose());
beforeEach(() => {
  worker.asked.length = 0;
});

/** The registry. `many/…:1` names the same image, whatever stands for the dots. */
function answer(path) {
  const [, repository, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(path) ?? [];
  const tagged = repository?.startsWith('many/') && reference === '1' ? single : tags[`${repository}:${reference}`];
  const found = kind === 'manifests' ? tagged ?? documents.get(reference) : documents.get(reference);
  if (found === undefined) return { status: 404, headers: { 'content-type': 'application/json' }, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' };
  return { status: 200, headers: { 'content-type': found.type, 'docker-content-digest': found.digest }, body: found.bytes };
}

const library = {
  now: new Date(NOW),
  fetch: async ({ url }) => {
    const { status, headers, body } = answer(new URL(url).pathname);
    return new Response(body, { status, headers });
  },
};

const TEXTS = {
  'a docker run line': `docker run --rm -p 80:80 ${APP} serve --verbose\n`,
  'a Dockerfile': `# syntax\tof our own\r\nFROM ${APP} AS build\r\nRUN make\r\n\r\nFROM ${TOOL}\r\nCOPY --from=build /a /a`,
  'a Compose file': `services:\n  web:\n    image: "${APP}" # quoted\n  db:\n    image: ${REGISTRY}/lab/db:\${VERSION}\n  gone: { image: ${REGISTRY}/lab/absent:1 }\n`,
  'Kubernetes YAML': `apiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: a\n      image: ${APP}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: b }\ndata:\n  image: ${TOOL}\n`,
};

describe('pin', () => {
  const pin = (question) => post('/v1/pin', question);
  const asksForManifests = () => worker.asked.filter(({ url }) => url.includes('/manifests/'));

  for (const [what, text] of Object.entries(TEXTS)) {
    test(`${what} is pinned as the library pins it, but for the time`, async () => {
      const answer = await pin({ text });
      assert.equal(answer.status, 200);
      assert.equal(answer.headers.get('content-type'), 'application/json');
      assert.equal(answer.headers.get('cache-control'), 'no-store');
      const result = await answer.json();
      for (const resolved of Object.values(result.resolved)) {
        assert.match(resolved.resolvedAt, /^2\d\d\d-/);
        assert.notEqual(resolved.resolvedAt, NOW);
        resolved.resolvedAt = NOW;
      }
      assert.deepEqual(result, JSON.parse(JSON.stringify(await pinByLibrary(text, library))));
      assert.ok(result.changes.length > 0);
    });
  }

  test('only digests are inserted: line ends, comments, and a last line without an end stay', async () => {
    const text = TEXTS['a Dockerfile'];
    const result = await (await pin({ text })).json();
    assert.equal(result.text, text.replace(APP, `${APP}@${index.digest}`).replace(TOOL, `${TOOL}@${single.digest}`));
  });

  test('an image that is named often is asked for once', async () => {
    await pin({ text: `FROM ${APP}\n`.repeat(50) });
    assert.equal(asksForManifests().length, 1);
  });

  test('sixteen different images are pinned', async () => {
    const { changes } = await (await pin({ text: dockerfile(16) })).json();
    assert.equal(changes.length, 16);
  });

  test('for a platform, that platform’s manifest is pinned', async () => {
    const { changes, resolved } = await (await pin({ text: `FROM ${APP}\n`, platform: 'linux/arm64' })).json();
    assert.equal(changes[0].digest, arm);
    assert.equal(resolved[APP].indexDigest, index.digest);
  });

  test('with a policy, only what it accepts is pinned', async () => {
    const policy = { rules: [{ images: `${REGISTRY}/lab/app`, require: [{ digest: index.digest }] }], default: 'reject' };
    for (const given of [policy, JSON.stringify(policy)]) {
      const { changes, leftAlone } = await (await pin({ text: `FROM ${APP}\nFROM ${TOOL}\n`, policy: given })).json();
      assert.deepEqual(changes.map(({ image }) => image), [APP]);
      assert.deepEqual(leftAlone.map(({ code, settled }) => [code, settled]), [['policy-rejected', false]]);
    }
  });

  test('the kind that is named decides, and so does the name of the file', async () => {
    const text = `# FROM ${TOOL}\nimage: ${APP}\n`;
    assert.equal((await (await pin({ text, kind: 'helm-values' })).json()).kind, 'helm-values');
    assert.equal((await (await pin({ text, file: 'charts/a/values.yaml' })).json()).kind, 'helm-values');
    assert.equal((await (await pin({ text: `FROM ${APP}\n`, file: 'a/Dockerfile' })).json()).kind, 'dockerfile');
  });

  test('what is pinned already is not asked for, whoever has it', async () => {
    const { changes, leftAlone } = await (await pin({ text: `FROM ${UNLISTED}/a:1@${ABSENT}\nFROM scratch\n` })).json();
    assert.deepEqual(changes, []);
    assert.ok(leftAlone.length === 2 && leftAlone.every(({ settled }) => settled));
    assert.deepEqual(worker.asked, []);
  });

  test('a text of almost 256 KiB is read', async () => {
    const comment = `# ${'"quoted" \\\\ '.repeat(5)}\n`;
    const text = `FROM ${APP}\n${comment.repeat(Math.floor(250_000 / JSON.stringify(comment).length))}`;
    const result = await (await pin({ text })).json();
    assert.equal(result.text, text.replace(APP, `${APP}@${index.digest}`));
  });

  describe('leaves alone, with status 200,', () => {
    const cases = {
      'what is not there': [`FROM ${REGISTRY}/lab/absent:1\n`, 'not-found'],
      'what a variable without a default decides': [`ARG V\nFROM ${REGISTRY}/lab/app:\${V}\n`, 'variable'],
      'what is no reference': [`FROM ${REGISTRY}/Lab/App:1:2\n`, 'reference-invalid'],
    };
    for (const [what, [text, code]] of Object.entries(cases)) {
      test(what, async () => {
        const answer = await pin({ text });
        assert.equal(answer.status, 200);
        const result = await answer.json();
        assert.deepEqual(result.leftAlone.map((one) => [one.code, one.settled]), [[code, false]]);
        assert.equal(result.text, text);
        assert.deepEqual(result.changes, []);
      });
    }
  });

  refusesBodies('/v1/pin');

  describe('refuses', () => {
    const texts = {
      'a text that is nothing it knows': [{ text: 'nothing to see here\n' }, 'kind-unknown'],
      'an empty text': [{ text: '' }, 'kind-unknown'],
      'a text that is not the YAML it is said to be': [{ text: 'services:\n\t- "', kind: 'compose' }, 'yaml-invalid'],
      'a template': [{ text: 'apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: {{ .Values.image }}\n', kind: 'kubernetes' }, 'template'],
      'a lock, in which nothing can be pinned': [{ text: '{"lockVersion":1,"images":{}}', kind: 'lock' }, 'options-invalid'],
    };
    for (const [what, [question, code]] of Object.entries(texts)) {
      test(what, async () => {
        await assertError(await pin(question), 400, code);
        assert.deepEqual(worker.asked, []);
      });
    }

    test('an image of a registry that is not listed, by its name, and asks for none of the others', async () => {
      const message = await assertError(await pin({ text: `FROM ${APP}\nFROM ${UNLISTED}/a:1\n` }), 403, 'registry-not-allowed');
      assert.match(message, /unlisted\.example\.test.*npx pullproof pin/);
      assert.deepEqual(worker.asked, []);
    });

    for (const host of ['127.0.0.1:5000', 'localhost', '169.254.169.254', '[::1]:5000', 'metadata.google.internal', 'docker.io/library']) {
      test(`an image at ${host}`, async () => {
        await assertError(await pin({ text: `FROM ${host}/a:1\n` }), 403, 'registry-not-allowed');
        assert.deepEqual(worker.asked, []);
      });
    }

    test('seventeen different images, and says how many there are and what to do', async () => {
      const message = await assertError(await pin({ text: dockerfile(17) }), 413, 'too-many-references');
      assert.match(message, /at most 16 .* found 17.*npx pullproof pin/);
      assert.deepEqual(worker.asked, []);
    });

    test('more references than any text should have', async () => {
      await assertError(await pin({ text: 'FROM a\n'.repeat(10_001) }), 413, 'too-many-references');
    });
  });
});

describe('drift', () => {
  const drift = (question) => post('/v1/drift', question);
  const pinned = `FROM ${APP}@${index.digest}\nFROM ${TOOL}@${index.digest}\nFROM ${TOOL}@${ABSENT}\nFROM ${APP}@${arm}\nFROM ${REGISTRY}/lab/absent:1@${ABSENT}\n`;
  const lockOf = async (...images) => JSON.stringify({ lockVersion: 1, images: (await pinByLibrary(images.map((image) => `FROM ${image}\n`).join(''), library)).resolved });

  test('says what has become of each tag, and whether what was pinned is still there', async () => {
    const { moved, images } = await (await drift({ text: pinned })).json();
    assert.equal(moved, true);
    assert.deepEqual(images.map(({ status, current, pinnedAs, old }) => [status, current, pinnedAs, old]), [
      ['current', index.digest, 'root', 'exists'],
      ['moved', single.digest, null, 'exists'],
      ['moved', single.digest, null, 'gone'],
      ['current', index.digest, 'platform', 'exists'],
      ['unknown', null, null, 'gone'],
    ]);
  });

  test('the answer is the library’s', async () => {
    assert.deepEqual(await (await drift({ text: pinned })).json(), JSON.parse(JSON.stringify(await driftByLibrary(pinned, library))));
  });

  test('a lock is read as what it is', async () => {
    const text = await lockOf(APP, TOOL);
    for (const question of [{ text }, { text, kind: 'lock' }, { text, file: 'pullproof.lock' }]) {
      const { kind, moved, images } = await (await drift(question)).json();
      assert.deepEqual([kind, moved], ['lock', false]);
      assert.deepEqual(images.map(({ reference, status }) => [reference, status]), [[APP, 'current'], [TOOL, 'current']]);
    }
  });

  test('a digest without a tag is not asked for, whoever has it', async () => {
    const { images, leftAlone } = await (await drift({ text: `FROM ${UNLISTED}/a@${ABSENT}\n` })).json();
    assert.deepEqual(images, []);
    assert.deepEqual(leftAlone.map(({ code, settled }) => [code, settled]), [['no-tag', true]]);
    assert.deepEqual(worker.asked, []);
  });

  refusesBodies('/v1/drift');

  describe('refuses', () => {
    const texts = {
      'a text that is nothing it knows': [{ text: 'nothing to see here\n' }, 'kind-unknown'],
      'a lock of another version': [{ text: '{"lockVersion":2,"images":{}}' }, 'lock-invalid'],
      'a lock in which an image stands twice': [{ text: `{"lockVersion":1,"images":{},"images":{}}` }, 'lock-invalid'],
      'a Dockerfile that is said to be a lock': [{ text: pinned, kind: 'lock' }, 'lock-invalid'],
    };
    for (const [what, [question, code]] of Object.entries(texts)) {
      test(what, async () => {
        await assertError(await drift(question), 400, code);
        assert.deepEqual(worker.asked, []);
      });
    }

    test('a lock with an image of a registry that is not listed, by its name', async () => {
      const text = (await lockOf(APP, TOOL)).replaceAll(`${TOOL}"`, `${UNLISTED}/lab/tool:1"`);
      const message = await assertError(await drift({ text }), 403, 'registry-not-allowed');
      assert.match(message, /unlisted\.example\.test.*npx pullproof drift/);
      assert.deepEqual(worker.asked, []);
    });

    test('seventeen different pins, even of one tag', async () => {
      const pins = Array.from({ length: 17 }, (_, number) => `FROM ${APP}@sha256:${String(number).padStart(64, '0')}\n`);
      await assertError(await drift({ text: pins.join('') }), 413, 'too-many-references');
      assert.deepEqual(worker.asked, []);
    });
  });
});

/** What no question about a text may look like, whatever it asks. */
function refusesBodies(path) {
  describe('refuses the body', () => {
    const bodies = {
      'that is empty': '',
      'that is no JSON': 'text=FROM',
      'that is not UTF-8': Buffer.from([...Buffer.from('{"text":"FROM a'), 0xff, ...Buffer.from('"}')]),
      'that is a list': '["FROM a"]',
      'that is a hundred thousand lists deep': '['.repeat(100_000) + ']'.repeat(100_000),
      'without a text': '{"kind":"compose"}',
      'whose text is a list of lines': '{"text":["FROM a"]}',
      'whose text has half a character': '{"text":"FROM a\\ud800"}',
      'with a member it does not know': '{"text":"FROM a","lock":{}}',
      'with an option of a check': '{"text":"FROM a","attachments":true}',
      'with an image beside the text': '{"text":"FROM a","image":"a"}',
      'in which a member stands twice': '{"text":"FROM a","text":"FROM b"}',
      'in which a member of the policy stands twice': '{"text":"FROM a","policy":{"rules":[],"rules":[]}}',
      'with a kind that is a number': '{"text":"FROM a","kind":1}',
      'with a kind that there is not': '{"text":"FROM a","kind":"makefile"}',
      'with a file that is a number': '{"text":"FROM a","file":1}',
      'with a platform that is a number': '{"text":"FROM a","platform":1}',
      'with a policy that is a number': '{"text":"FROM a","policy":1}',
    };
    for (const [what, body] of Object.entries(bodies)) {
      test(what, async () => {
        await assertError(await fetch(worker.url + path, { method: 'POST', body }), 400, 'options-invalid');
        assert.deepEqual(worker.asked, []);
      });
    }

    const conditions = {
      'a platform that is none': [{ platform: '//' }, 'platform-invalid'],
      'a policy of another shape': [{ policy: { rules: {} } }, 'policy-invalid'],
      'a requirement that it cannot verify': [{ policy: { rules: [{ images: `${REGISTRY}/*`, require: [{ notation: {} }] }] } }, 'policy-unsupported'],
    };
    for (const [what, [condition, code]] of Object.entries(conditions)) {
      test(`with ${what}`, async () => {
        const text = `FROM ${APP}${path === '/v1/drift' ? `@${index.digest}` : ''}\n`;
        await assertError(await post(path, { text, ...condition }), 400, code);
        assert.deepEqual(worker.asked, []);
      });
    }

    test('of more than 256 KiB', async () => {
      await assertError(await post(path, { text: 'x'.repeat(256 * 1024) }), 413, 'request-too-large');
    });

    // Before the Worker waited for them, one in fifteen found the connection closed instead.
    test('of eight mebibytes, and whoever is still sending hears it', async () => {
      const body = JSON.stringify({ text: 'x'.repeat(8 * 1024 * 1024) });
      for (let attempt = 0; attempt < 20; attempt += 1) {
        await assertError(await fetch(worker.url + path, { method: 'POST', body }), 413, 'request-too-large');
      }
    });
  });

  for (const method of ['GET', 'PUT', 'DELETE']) {
    test(`${method} is refused`, async () => {
      const answer = await fetch(worker.url + path, { method });
      assert.equal(answer.headers.get('allow'), 'POST, OPTIONS');
      await assertError(answer, 405, 'method-not-allowed');
    });
  }

  test('any page may ask, and read the answer', async () => {
    const headers = { origin: 'https://page.test', 'access-control-request-method': 'POST' };
    const preflight = await fetch(worker.url + path, { method: 'OPTIONS', headers });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get('access-control-allow-origin'), '*');
    assert.equal(preflight.headers.get('access-control-allow-methods'), 'POST, OPTIONS');
    assert.equal(preflight.headers.get('access-control-allow-credentials'), null);
    assert.equal((await post(path, { text: 'FROM scratch\n' })).headers.get('access-control-allow-origin'), '*');
  });

  test('a registry that never answers ends it, and says so', async () => {
    const patience = await startWorker({ registries: [REGISTRY], timeoutSeconds: 1, outbound: { [REGISTRY]: () => new Promise(() => {}) } });
    try {
      const body = JSON.stringify({ text: `FROM ${APP}${path === '/v1/drift' ? `@${index.digest}` : ''}\n` });
      await assertError(await fetch(patience.url + path, { method: 'POST', body }), 504, 'timeout');
    } finally {
      await patience.dispose();
    }
  });
}

function post(path, question) {
  return fetch(worker.url + path, { method: 'POST', body: JSON.stringify(question) });
}

/** Answers with the message. */
async function assertError(answer, status, code) {
  const body = await answer.text();
  const { error } = JSON.parse(body);
  assert.deepEqual({ status: answer.status, code: error.code }, { status, code }, body);
  assert.match(error.message, /^\S.{20,}/);
  return error.message;
}

/** Names that many different images. */
function dockerfile(number) {
  return Array.from({ length: number }, (_, place) => `FROM ${REGISTRY}/many/image-${place}:1\n`).join('');
}

function manifestFor(architecture, title) {
  const config = keep('application/vnd.oci.image.config.v1+json', { architecture, os: 'linux', rootfs: { type: 'layers', diff_ids: [] } });
  const annotations = title === undefined ? {} : { annotations: { title } };
  return keep(MANIFEST, { config: { mediaType: config.type, digest: config.digest, size: config.bytes.length }, layers: [], ...annotations });
}

function keep(type, value) {
  const versioned = type.includes('.config.') ? value : { schemaVersion: 2, mediaType: type, ...value };
  const bytes = JSON.stringify(versioned);
  const kept = { type, bytes, digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}` };
  documents.set(kept.digest, kept);
  return kept;
}

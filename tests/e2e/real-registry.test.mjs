// Against Debian's docker-registry and the clients that people use: skopeo and umoci push, skopeo reads, and every runtime has to agree.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { commandLine } from './support/command-line.mjs';
import { makeLayout, skopeo } from './support/layout.mjs';
import { proxy } from './support/proxy.mjs';
import { realRegistries } from './support/registries.mjs';
import { codeOf, RUNTIMES, startRuntimes } from './support/runtimes.mjs';
import { together } from './support/together.mjs';
import { startWorker } from './support/worker.mjs';

const run = promisify(execFile);

const MANIFEST_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join();

/** Test credentials: the registries and the token server know nobody else (xtask/src/registry.rs, xtask/registry/token-server.mjs). */
const LAB = { username: 'lab', password: 'labpass' };
const IDENTITY = { identityToken: 'lab-identity-token' };

let stage;
let layout;
let registries;
let runtimes;
let folder;

before(async () => {
  stage = await together({ layout: makeLayout(), registries: realRegistries(), runtimes: startRuntimes() });
  ({ layout, registries, runtimes } = stage);
  folder = await mkdtemp(join(tmpdir(), 'pullproof-real-'));
}, { timeout: 300_000 });

after(async () => {
  await stage?.dispose();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** What skopeo says the digest is. */
async function inspect(image) {
  const printed = await skopeo('inspect', '--no-tags', '--tls-verify=false', '--format', '{{.Digest}}', `docker://${image}`);
  return printed.toString().trim();
}

/** What the registry says it is. */
async function stated(image) {
  const [, host, repository, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(image);
  const answer = await fetch(`http://${host}/v2/${repository}/manifests/${tag}`, { method: 'HEAD', headers: { accept: MANIFEST_TYPES } });
  return answer.headers.get('docker-content-digest');
}

async function reportOf(runtime, image, options = {}) {
  const { report, code, message } = await runtimes[runtime].ask({ image, ...options });
  assert.ok(report, `expected a report of ${runtime}, found ${code}: ${message}`);
  return JSON.parse(report);
}

async function assertEverybodyNames(digest, image) {
  assert.equal(await stated(image), digest);
  assert.equal(await inspect(image), digest);
  for (const runtime of RUNTIMES) {
    const report = await reportOf(runtime, image);
    assert.deepEqual([runtime, report.resolution.digest, report.pinned], [runtime, digest, `${image}@${digest}`]);
    assert.equal(report.checks.find(({ name }) => name === 'digest-header').outcome, 'passed');
    assert.deepEqual(report.checks.filter(({ outcome }) => outcome === 'failed' || outcome === 'unknown'), []);
  }
}

describe('skopeo, the registry and every runtime name the same digest of', { timeout: 60_000 }, () => {
  for (const [what, name] of [
    ['an OCI manifest', 'single'],
    ['an OCI index with attestations', 'multi-platform'],
    ['a pretty-printed index', 'pretty'],
    ['an index with a newline at its end', 'newline'],
  ]) {
    test(`${what}, copied by skopeo from an image layout`, async () => {
      const image = `${registries.open}/real/${name}:1.0`;
      await layout.copy(name, image);
      await assertEverybodyNames(layout.digest(name), image);
    });
  }

  for (const [what, name] of [['a Docker manifest', 'docker'], ['a Docker manifest list', 'docker-list'], ['an index in an index', 'nested']]) {
    test(`${what}, pushed over HTTP`, async () => {
      const image = `${registries.open}/real/${name}:1.0`;
      await layout.put(name, image);
      await assertEverybodyNames(layout.digest(name), image);
    });
  }

  test('an image that umoci made, copied as it is and as Docker’s own format', async () => {
    const made = await madeByUmoci();
    const [oci, docker] = [`${registries.open}/real/umoci:oci`, `${registries.open}/real/umoci:docker`];
    await skopeo('copy', '--quiet', '--dest-tls-verify=false', `oci:${made}`, `docker://${oci}`);
    await skopeo('copy', '--quiet', '--dest-tls-verify=false', '--format', 'v2s2', `oci:${made}`, `docker://${docker}`);
    const [digest, converted] = [await stated(oci), await stated(docker)];
    assert.notEqual(digest, converted);
    await assertEverybodyNames(digest, oci);
    await assertEverybodyNames(converted, docker);
  });

  async function madeByUmoci() {
    const umoci = (...args) => run('umoci', args);
    const made = join(folder, 'umoci');
    const file = join(folder, 'hello.txt');
    await writeFile(file, 'hello\n');
    await umoci('init', '--layout', made);
    await umoci('new', '--image', `${made}:v1`);
    await umoci('insert', '--rootless', '--image', `${made}:v1`, file, '/hello.txt');
    await umoci(
      'config', '--image', `${made}:v1`, '--config.cmd', '/hello.txt', '--architecture', 'amd64', '--os', 'linux',
      '--created', '2024-01-01T00:00:00Z', '--history.created', '2024-01-01T00:00:00Z',
    );
    return `${made}:v1`;
  }
});

describe('an image that is not there', { timeout: 60_000 }, () => {
  before(() => layout.copy('single', `${registries.open}/real/absent:1.0`));

  for (const runtime of RUNTIMES) {
    test(`${runtime} finds no such tag, no such digest and no such repository`, async () => {
      const { open } = registries;
      for (const image of [`${open}/real/absent:2.0`, `${open}/real/absent@sha256:${'0'.repeat(64)}`, `${open}/real/nobody:1.0`]) {
        assert.equal(codeOf(await runtimes[runtime].ask({ image })), 'not-found', image);
      }
    });
  }
});

describe('a tag that moves', { timeout: 60_000 }, () => {
  const image = () => `${registries.open}/real/moving:latest`;

  for (const runtime of RUNTIMES) {
    test(`${runtime} follows it, and still finds the old image by its digest`, async () => {
      await layout.copy('single', image());
      const before = await reportOf(runtime, image());
      await layout.copy('pretty', image());
      const after = await reportOf(runtime, image());
      assert.deepEqual([before, after].map(({ resolution }) => resolution.digest), [layout.digest('single'), layout.digest('pretty')]);
      assert.equal((await reportOf(runtime, before.pinned)).resolution.digest, layout.digest('single'));
    });
  }

  // registry:2 sends no Vary: Accept, and a front end may let anything be kept.
  test('a page that may keep the answer for an hour asks again', async () => {
    const front = await proxy(registries.open, ({ headers, body }) => {
      return { headers: { ...headers, 'cache-control': 'public, max-age=3600' }, body };
    });
    try {
      const moving = `${front.host}/real/moving:latest`;
      // A page that just fetches falls into the trap: this is what the browser does with such an answer.
      const fetched = () => runtimes.Chromium.page.evaluate(async ([url, accept]) => {
        const answer = await fetch(url, { headers: { accept } });
        return answer.headers.get('docker-content-digest');
      }, [`http://${front.host}/v2/real/moving/manifests/latest`, MANIFEST_TYPES.split(',').slice(0, 2).join()]);

      await layout.copy('single', image());
      assert.equal(await fetched(), layout.digest('single'));
      assert.equal((await reportOf('Chromium', moving)).resolution.digest, layout.digest('single'));
      await layout.copy('pretty', image());
      assert.equal(await fetched(), layout.digest('single'));
      assert.equal((await reportOf('Chromium', moving)).resolution.digest, layout.digest('pretty'));
    } finally {
      await front.dispose();
    }
  });
});

describe('an answer that is compressed for the journey', { timeout: 60_000 }, () => {
  // RFC 9110 section 12.5.3: who does not send Accept-Encoding takes any coding.
  const fronts = {
    'when the client asks for that': (asked) => /\bgzip\b/.test(asked),
    'whatever the client asks for, unless it refuses': (asked) => asked !== 'identity',
  };
  for (const [when, compresses] of Object.entries(fronts)) {
    for (const runtime of RUNTIMES) {
      test(`${when}: ${runtime} hashes what was meant, not what was sent`, async () => {
        await layout.copy('multi-platform', `${registries.open}/real/compressed:1.0`);
        const front = await proxy(registries.open, ({ headers, body }, request) => {
          if (!compresses(request.headers['accept-encoding'] ?? '')) return { headers, body };
          return { headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) };
        });
        try {
          const report = await reportOf(runtime, `${front.host}/real/compressed:1.0`);
          assert.deepEqual(report.checks.filter(({ outcome }) => outcome === 'failed' || outcome === 'unknown'), []);
          assert.equal(report.resolution.digest, layout.digest('multi-platform'));
        } finally {
          await front.dispose();
        }
      });
    }
  }
});

describe('credentials', { timeout: 60_000 }, () => {
  before(async () => {
    for (const repository of ['private', 'public']) await layout.copy('single', `${registries.open}/${repository}/app:1.0`);
  });

  const image = (registry, repository = 'private') => `${registries[registry]}/${repository}/app:1.0`;
  const ends = async (runtime, registry, credentials, repository) => {
    return codeOf(await runtimes[runtime].ask({ image: image(registry, repository), ...(credentials && { credentials }) }));
  };

  for (const runtime of ['Node', 'workerd']) {
    test(`${runtime} opens the registry behind Basic with the password, and the one behind a token server with either kind`, async () => {
      assert.equal(await ends(runtime, 'basic', LAB), null);
      assert.equal(await ends(runtime, 'token', LAB), null);
      assert.equal(await ends(runtime, 'token', IDENTITY), null);
    });

    test(`${runtime} is refused with a wrong password, a token where a password is wanted, or a token of somebody else`, async () => {
      for (const registry of ['basic', 'token']) {
        assert.equal(await ends(runtime, registry, { ...LAB, password: 'wrong' }), 'unauthorized');
        assert.equal(await ends(runtime, registry, { identityToken: 'of somebody else' }), 'unauthorized');
      }
      assert.equal(await ends(runtime, 'basic', IDENTITY), 'unauthorized');
    });
  }

  for (const runtime of ['native', 'Node', 'workerd']) {
    test(`${runtime} pulls with an anonymous token what is public, and is refused the rest`, async () => {
      assert.equal(await ends(runtime, 'token', undefined, 'public'), null);
      assert.equal(await ends(runtime, 'token'), 'unauthorized');
      assert.equal(await ends(runtime, 'basic'), 'unauthorized');
    });
  }

  // distribution/distribution#4458: the registry wants the preflight itself to be authorized, which no browser can do.
  test('a page is told that it must sign in, and cannot: the registry refuses its preflight', async () => {
    assert.equal(await ends('Chromium', 'basic'), 'unauthorized');
    assert.equal(await ends('Chromium', 'basic', LAB), 'unreachable');
    assert.equal(await ends('Chromium', 'token', LAB), 'unreachable');
    assert.equal(await ends('Chromium', 'token', undefined, 'public'), 'unreachable');
  });

  test('through the relay a page reads what is public there, and the report says who passed it on', async () => {
    const worker = await startWorker({ registries: [registries.token] });
    try {
      const relay = `${worker.url}/relay/`;
      const { resolution, pinned } = await reportOf('Chromium', image('token', 'public'), { relay });
      assert.deepEqual([resolution.via, resolution.relay], ['relay', relay]);
      assert.equal(pinned, `${image('token', 'public')}@${layout.digest('single')}`);
      assert.equal(codeOf(await runtimes.Chromium.ask({ image: image('token'), relay })), 'unauthorized');
    } finally {
      await worker.dispose();
    }
  });
});

describe('the command line with the credentials of docker login', { timeout: 60_000 }, () => {
  before(() => layout.copy('single', `${registries.open}/private/app:1.0`));

  /** Checks the private image as somebody whose ~/.docker/config.json this is. */
  async function check(registry, config, { policy, environment } = {}) {
    const home = await mkdtemp(join(folder, 'home-'));
    await writeFile(join(home, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config(registries[registry])));
    const options = [];
    if (policy) {
      await writeFile(join(home, 'policy.json'), JSON.stringify(policy));
      options.push('--policy', join(home, 'policy.json'));
    }
    const result = await commandLine(['check', `${registries[registry]}/private/app:1.0`, ...options], { DOCKER_CONFIG: home, ...environment });
    for (const secret of [LAB.password, IDENTITY.identityToken, auth()]) {
      assert.ok(!`${result.stdout}${result.stderr}`.includes(secret), `expected no secret to be printed, found ${secret}`);
    }
    return result;
  }

  const auth = ({ username, password } = LAB) => Buffer.from(`${username}:${password}`).toString('base64');
  const stored = (host) => ({ auths: { [host]: { auth: auth() } } });
  const policyFor = (registry, digest) => {
    return { rules: [{ images: `${registries[registry]}/private/*`, require: [{ anyOf: [{ digest }] }] }], default: 'reject' };
  };

  for (const registry of ['basic', 'token']) {
    test(`${registry}: a good image without a policy is inconclusive: 3`, async () => {
      const { code, stdout, stderr } = await check(registry, stored);
      assert.equal(code, 3, stderr);
      assert.match(stdout, /INCONCLUSIVE/);
      assert.ok(stdout.includes(layout.digest('single')));
    });

    test(`${registry}: accepted by a policy that names its digest: 0`, async () => {
      const { code, stdout, stderr } = await check(registry, stored, { policy: policyFor(registry, layout.digest('single')) });
      assert.equal(code, 0, stderr);
      assert.match(stdout, /ACCEPT/);
    });

    test(`${registry}: rejected by a policy that names another digest: 1`, async () => {
      const { code, stdout } = await check(registry, stored, { policy: policyFor(registry, layout.digest('pretty')) });
      assert.equal(code, 1);
      assert.match(stdout, /REJECT/);
    });

    test(`${registry}: no report with a wrong password, somebody else’s registry, or no login at all: 3`, async () => {
      for (const config of [
        (host) => ({ auths: { [host]: { auth: auth({ ...LAB, password: 'wrong' }) } } }),
        () => ({ auths: { 'registry.test': { auth: auth() } } }),
        () => ({}),
      ]) {
        const { code, stdout, stderr } = await check(registry, config);
        assert.equal(code, 3);
        assert.equal(stdout, '');
        assert.match(stderr, /^pullproof: unauthorized: /);
      }
    });

    test(`${registry}: a credential helper is asked`, async () => {
      const helper = join(folder, 'docker-credential-lab');
      await writeFile(helper, `#!/bin/sh\nread server\n[ "$1" = get ] && printf '{"ServerURL":"%s","Username":"lab","Secret":"labpass"}' "$server"\n`);
      await chmod(helper, 0o755);
      const config = (host) => ({ credHelpers: { [host]: 'lab' } });
      const { code, stderr } = await check(registry, config, { environment: { PATH: `${folder}:${process.env.PATH}` } });
      assert.deepEqual([code, stderr], [3, '']);
    });

    test(`${registry}: a file that is no JSON is said to be none, and the registry is asked as a stranger`, async () => {
      const { code, stderr } = await check(registry, `{"auths": {"x": {"auth": "${auth()}"`);
      assert.equal(code, 3);
      assert.match(stderr, /^pullproof: warning: .*expected JSON[^]*\npullproof: unauthorized: /);
    });
  }

  test('an identity token opens the registry behind the token server', async () => {
    const config = (host) => ({ auths: { [host]: { auth: auth({ username: 'anybody', password: '' }), identitytoken: IDENTITY.identityToken } } });
    const { code, stderr } = await check('token', config);
    assert.deepEqual([code, stderr], [3, '']);
  });

  test('a policy that cannot be verified is a usage error, whoever asks: 2', async () => {
    const images = `${registries.basic}/private/*`;
    const policy = { rules: [{ images, require: [{ anyOf: [{ notation: { certificate: '' } }] }] }], default: 'reject' };
    const { code, stderr } = await check('basic', stored, { policy });
    assert.equal(code, 2);
    assert.match(stderr, /^pullproof: policy-unsupported: /);
  });
});

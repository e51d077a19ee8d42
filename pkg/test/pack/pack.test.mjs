// The tarball that npm would publish, installed as a stranger would and used in every way that it promises.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tool = (name) => fileURLToPath(new URL(`../../../node_modules/${name}`, import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'pullproof-pack-'));
const SCHEMAS = ['policy', 'report', 'pin', 'drift', 'lock', 'scan'].map((name) => `${name}.schema.json`);
let tarball;
let packed;

before(() => {
  const [answer] = JSON.parse(run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], root));
  packed = answer;
  tarball = join(project, answer.filename);
  write('package.json', { name: 'stranger', private: true, type: 'module' });
  run('npm', ['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', tarball]);
});
after(() => rmSync(project, { recursive: true }));

function run(program, args, cwd = project) {
  return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function write(name, content) {
  const file = join(project, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

test('it holds what is needed and nothing else', () => {
  const files = packed.files.map(({ path }) => path);
  const named = ['LICENSE', 'README.md', 'package.json', ...SCHEMAS];
  const core = ['pullproof', 'pullproof_crypto', 'pullproof_pin', 'pullproof_scan', 'pullproof_trust'].flatMap((name) => [`dist/wasm/${name}.js`, `dist/wasm/${name}_bg.wasm`]);
  const compiled = files.filter((file) => /^dist\/(cli\/)?[a-z]+\.(js|d\.ts)$/.test(file));
  assert.deepEqual(files.toSorted(), [...named, ...core, ...compiled].sort());
  for (const entry of ['browser', 'cli', 'index', 'node', 'workerd']) assert.ok(compiled.includes(`dist/${entry}.js`), entry);
});

test('it installs nothing besides itself', () => {
  const { packages } = JSON.parse(readFileSync(join(project, 'node_modules/.package-lock.json')));
  assert.deepEqual(Object.keys(packages), ['node_modules/pullproof']);
});

const USE = `console.log(parseReference('nginx').repository);`;

test('Node imports it', () => {
  const file = write('import.js', `import { parseReference } from 'pullproof'; ${USE}`);
  assert.equal(run('node', [file]), 'library/nginx\n');
});

test('Node requires it', () => {
  const file = write('require.cjs', `const { parseReference } = require('pullproof'); ${USE}`);
  assert.equal(run('node', ['--no-warnings', file]), 'library/nginx\n');
});

test('it runs as a program', () => {
  assert.equal(run(join(project, 'node_modules/.bin/pullproof'), ['--version']), `${packed.version}\n`);
});

test('the schemas and the modules can be resolved by name', () => {
  const names = [...SCHEMAS, 'pullproof_bg.wasm', 'pullproof_crypto_bg.wasm', 'pullproof_pin_bg.wasm', 'pullproof_scan_bg.wasm', 'pullproof_trust_bg.wasm', 'package.json'];
  const resolve = `console.log(import.meta.resolve('pullproof/' + name).split('/').pop());`;
  const file = write('resolve.js', `for (const name of ${JSON.stringify(names)}) ${resolve}`);
  assert.deepEqual(run('node', [file]).trim().split('\n'), names);
});

test('what is not exported cannot be imported', () => {
  const file = write('inside.js', `import 'pullproof/dist/core.js';`);
  assert.throws(() => run('node', [file]), /ERR_PACKAGE_PATH_NOT_EXPORTED/);
});

for (const [runtime, condition] of [['a page', 'browser'], ['a Worker', 'workerd'], ['Node', 'node']]) {
  test(`esbuild bundles it for ${runtime}`, async () => {
    const stdin = { contents: `export { check, pin } from 'pullproof';`, resolveDir: project };
    const result = await build({
      stdin, bundle: true, write: false, metafile: true, format: 'esm', platform: 'neutral', conditions: [condition],
      outdir: project, external: ['node:*'], loader: { '.wasm': 'copy' }, logLevel: 'silent',
    });
    assert.deepEqual([result.errors, result.warnings], [[], []]);
    const inputs = Object.keys(result.metafile.inputs).map((path) => path.split('/dist/')[1]).filter(Boolean);
    const entries = inputs.filter((path) => ['browser.js', 'workerd.js', 'node.js'].includes(path));
    assert.deepEqual(entries, [`${condition}.js`]);
    assert.ok(!inputs.includes('cli.js'));
  });
}

test('a page can load the files as they are, by relative addresses only', () => {
  const folder = join(project, 'node_modules/pullproof/dist');
  const seen = new Set();
  const follow = (path) => {
    if (seen.has(path)) return;
    seen.add(path);
    for (const [, specifier] of readFileSync(join(folder, path), 'utf8').matchAll(/^(?:import|export)\b[^'"\n(=]*['"]([^'"]+)['"]/gm)) {
      assert.match(specifier, /^\.\.?\/.*\.js$/, `${path} imports ${specifier}`);
      follow(join(path, '..', specifier));
    }
  };
  follow('browser.js');
  assert.ok(seen.has('wasm/pullproof.js'));
  for (const name of ['pin', 'crypto']) assert.ok(!seen.has(`wasm/pullproof_${name}.js`), `${name} is loaded by a page that only checks`);
});

test('publint finds nothing', async () => {
  const { messages } = await publint({ pkgDir: join(project, 'node_modules/pullproof'), pack: false, strict: true });
  const pkg = JSON.parse(readFileSync(join(root, 'package.json')));
  assert.deepEqual(messages.map((message) => formatMessage(message, pkg)), []);
});

test('the types resolve wherever ES modules do', () => {
  const data = ['pullproof_bg.wasm', 'pullproof_crypto_bg.wasm', 'pullproof_pin_bg.wasm', 'pullproof_scan_bg.wasm', 'pullproof_trust_bg.wasm', 'package.json', ...SCHEMAS].map((name) => `./${name}`);
  run('node', [tool('@arethetypeswrong/cli/dist/index.js'), tarball, '--profile', 'esm-only', '--exclude-entrypoints', ...data]);
});

for (const [module, moduleResolution] of [['nodenext', 'nodenext'], ['esnext', 'bundler']]) {
  test(`TypeScript (${moduleResolution}) knows what is allowed and what is not`, () => {
    write('consumer.ts', `
      import { check, drift, find, pin, unifiedDiff, verify, verifyBundle, type PinnedReference, type Report } from 'pullproof';
      const policy = { rules: [{ images: 'docker.io/library/nginx', require: [{ digest: 'sha256:00' }] }] } as const;
      const report: Report = await check('nginx', { now: new Date(), fetch, platform: 'linux/arm64', onStep: ({ type }) => void type });
      for (const one of report.checks) {
        if (one.outcome === 'failed') one.section satisfies string;
        if (one.outcome === 'failed' && one.code === 'digest-mismatch') one.expected satisfies string | null;
        // @ts-expect-error a check that was skipped has no code
        if (one.outcome === 'skipped') one.code;
        // @ts-expect-error no such code
        if (one.outcome === 'failed' && one.code === 'digest-mismatched') one;
      }
      const pinned: PinnedReference = await verify('nginx', { policy });
      pinned satisfies string;
      // @ts-expect-error verify asks for a policy
      await verify('nginx', {});
      // @ts-expect-error verify asks for options
      await verify('nginx');
      // @ts-expect-error only verify makes a pinned reference
      const forged: PinnedReference = 'nginx@sha256:00';
      // @ts-expect-error no such option
      await check('nginx', { platfrom: 'linux/arm64' });
      const { text, changes, resolved } = await pin('nginx', { kind: 'reference', onProgress: ({ done, total }) => void (done / total) });
      unifiedDiff('nginx', text, 'x') satisfies string;
      resolved[changes[0]!.reference]?.digest satisfies string | undefined;
      for (const one of find('nginx').occurrences) {
        if (one.state === 'pinned') one.digest satisfies string;
        if (one.state === 'left-alone') one.message satisfies string;
        // @ts-expect-error what is unpinned has no digest
        if (one.state === 'unpinned') one.digest satisfies string;
      }
      const { images } = await drift(text, { kind: 'lock' });
      if (images[0]?.status === 'moved') images[0].current satisfies string | null;
      const identity = { issuer: 'https://issuer.example', subject: 'a@b.example' };
      const { outcome, artifact, steps } = await verifyBundle('{}', new Uint8Array(), { identity, trustedRoot: 'github', now: new Date() });
      artifact satisfies string;
      steps[0]?.code satisfies string | null | undefined;
      await verifyBundle({}, 'sha256:00', { key: '' });
      // @ts-expect-error no such outcome
      if (outcome === 'passed') outcome;
      // @ts-expect-error somebody has to be wanted
      await verifyBundle('{}', new Uint8Array(), {});
      // @ts-expect-error a bundle is attached to nothing
      (await verifyBundle('{}', new ArrayBuffer(0), { key: '' })).attachment;
      // @ts-expect-error that is for checks
      await verifyBundle('{}', 'sha256:00', { key: '', policy: { rules: [] } });
      // @ts-expect-error a lock is not pinned
      await pin(text, { kind: 'lock' });
      // @ts-expect-error the text says which registries are asked
      await pin(text, { credentials: { username: 'u', password: 'p' } });
      // @ts-expect-error that is for checks
      await pin(text, { attachments: true });
      // @ts-expect-error an unsupported identity
      await check('nginx', { policy: { rules: [{ images: 'a.b/c', require: [{ cosign: {} }] }] } });
    `);
    const compilerOptions = { module, moduleResolution, target: 'es2022', lib: ['es2022', 'dom'], types: [], strict: true, noEmit: true };
    write('tsconfig.json', { compilerOptions, files: ['consumer.ts'] });
    run('node', [tool('typescript/bin/tsc'), '--project', project]);
  });
}

// Native code: examples/check.rs and examples/scan.rs, one process for each question.

import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cargo, ROOT } from '../program.mjs';

/** Of address space, in KiB: what is not allowed to grow need not be measured. Threads reserve far more than they use. */
const LIMIT = 512 << 10;

export async function startNative() {
  const { PULLPROOF_NATIVE: examples = `${ROOT}target/debug/examples` } = process.env;
  if (process.env.PULLPROOF_NATIVE === undefined) await cargo('build', '--features', 'native', '--example', 'check', '--example', 'scan');
  const folder = await mkdtemp(join(tmpdir(), 'pullproof-native-'));
  let number = 0;
  return {
    ask: async ({ image, now, platform, attachments, policy, shards, shardsIndex, shardsSignedBy, listPackages, rule, vex, sbom }) => {
      number += 1;
      if (shards !== undefined) {
        const at = join(folder, `scan-${number}`);
        await mkdir(at);
        const write = async (name, text) => {
          await writeFile(join(at, name), text);
          return join(at, name);
        };
        for (const text of shards) await write(`${JSON.parse(text.split('\n', 1)[0]).ecosystem.replaceAll(/[^A-Za-z0-9.]/g, '-')}.shard`, text);
        if (shardsIndex) {
          await write('index.json', shardsIndex.index);
          await write('index.json.sigstore.json', shardsIndex.signature);
        }
        const documents = Object.entries({ rule: rule && JSON.stringify(rule), vex, sbom, 'signed-by': shardsSignedBy?.cosign.publicKey }).filter(([, text]) => text);
        const beside = await Promise.all(documents.map(async ([name, text]) => `${name}=${await write(`${name}.json`, text)}`));
        return run(join(examples, 'scan'), [image, now, at, ...(platform ? [platform] : []), ...(listPackages ? ['packages'] : []), ...beside]);
      }
      const file = join(folder, `policy-${number}.json`);
      if (policy) await writeFile(file, policy);
      const args = [image, now, ...(platform ? [platform] : []), ...(attachments ? ['attachments'] : []), ...(policy ? [`policy=${file}`] : [])];
      return run(join(examples, 'check'), args);
    },
    processes: async () => [],
    dispose: () => rm(folder, { recursive: true, force: true }),
  };
}

function run(program, args) {
  return new Promise((resolve) => {
    execFile('sh', ['-c', 'ulimit -v "$0"; exec "$@"', String(LIMIT), program, ...args], { maxBuffer: 16 << 20 }, (_, stdout, stderr) => {
      const [, code = 'defect', message = stderr] = /^([a-z-]+): (.*)\n$/s.exec(stderr) ?? [];
      resolve(stdout === '' ? { code, message } : { report: stdout.replace(/\n$/, '') });
    });
  });
}

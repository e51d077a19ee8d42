/**
 * The credentials that `docker login` stored: docker/cli's `config.json`, and the credential helpers it names.
 *
 * For one registry, in Docker's own order: its `credHelpers`, else `credsStore`, else what `auths` holds in the file itself.
 * Whatever cannot be read is said once and then does without: a public image needs no credentials, and a private one says so itself.
 */

import { execFile, type ExecFileException } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credentials } from '../types.js';

interface DockerConfig {
  auths?: Record<string, { auth?: string; identitytoken?: string }>;
  credHelpers?: Record<string, string>;
  credsStore?: string;
}

/** A helper may ask a cloud for a token, or a person to unlock a keychain. */
const HELPER_TIME_LIMIT = 30_000;
const HELPER_OUTPUT_LIMIT = 1024 * 1024;

/** What Docker Hub is called in `config.json`, and by tools that do not follow Docker there. */
const DOCKER_HUB = ['https://index.docker.io/v1/', 'index.docker.io', 'docker.io', 'registry-1.docker.io'] as const;

export async function dockerCredentials(
  registry: string,
  warn: (message: string) => void,
  timeLimit = HELPER_TIME_LIMIT,
): Promise<Credentials | undefined> {
  const file = join(process.env['DOCKER_CONFIG'] || join(homedir(), '.docker'), 'config.json');
  try {
    const config = readConfig(file);
    const key = registry === 'docker.io' ? DOCKER_HUB[0] : registry;
    // A registry may be called like something that every object has.
    const helpers = config.credHelpers ?? {};
    const helper = Object.hasOwn(helpers, key) ? helpers[key] : config.credsStore;
    return helper ? await askHelper(helper, key, timeLimit) : stored(config, registry);
  } catch (error) {
    warn(`warning: asking ${registry} without credentials: ${file}: ${(error as Error).message}`);
    return undefined;
  }
}

function readConfig(file: string): DockerConfig {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  let config: unknown;
  try {
    config = JSON.parse(text);
  } catch {
    // The parser's own message quotes the file, and the file holds secrets.
    throw new Error('expected JSON, found something else');
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new Error('expected a JSON object, found another value');
  }
  return config;
}

/** From `auths`, whose keys are hosts or, as older versions wrote them, URLs. */
function stored({ auths = {} }: DockerConfig, registry: string): Credentials | undefined {
  const names: readonly string[] = registry === 'docker.io' ? DOCKER_HUB : [registry];
  const key = names.find((name) => Object.hasOwn(auths, name)) ?? Object.keys(auths).find((name) => names.includes(hostOf(name)));
  const entry = key === undefined ? undefined : auths[key];
  if (entry?.identitytoken) {
    return { identityToken: entry.identitytoken };
  }
  if (!entry?.auth) {
    return undefined;
  }
  const decoded = Buffer.from(entry.auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) {
    throw new Error(`expected the auth of ${key} to be username:password in base64, found something else`);
  }
  // Older versions padded the password with NUL.
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1).replace(/\0+$/, '') };
}

function hostOf(key: string): string {
  return key.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
}

/** The docker-credential-helpers protocol: the server's name in, JSON out. */
async function askHelper(helper: string, server: string, timeLimit: number): Promise<Credentials | undefined> {
  // A path would run a program from the current directory; a helper is always one that is on the PATH.
  if (!/^[\w.-]+$/.test(helper)) {
    throw new Error(`expected a credential helper's name, found '${helper}'`);
  }
  const program = `docker-credential-${helper}`;
  const { code, output } = await runHelper(program, server, timeLimit);
  if (code !== 0) {
    if (/credentials not found/i.test(output)) return undefined;
    throw new Error(`${program} failed: ${output.trim().slice(0, 200) || `exit code ${code}`}`);
  }
  const { Username: username, Secret: secret } = parseAnswer(program, output);
  if (!username && !secret) return undefined;
  return username === '<token>' ? { identityToken: secret } : { username, password: secret };
}

function parseAnswer(program: string, output: string): { Username: string; Secret: string } {
  let answer: { Username?: unknown; Secret?: unknown } | null = null;
  try {
    answer = JSON.parse(output);
  } catch {
    // Said below, without quoting an answer that may be a secret.
  }
  if (typeof answer?.Username !== 'string' || typeof answer.Secret !== 'string') {
    throw new Error(`expected ${program} to answer { Username, Secret } as JSON, found something else`);
  }
  return { Username: answer.Username, Secret: answer.Secret };
}

/** `execFile` also lets go of the pipe of a helper that it kills: a grandchild may still hold its other end. */
function runHelper(program: string, server: string, timeLimit: number): Promise<{ code: number; output: string }> {
  const limits = { timeout: timeLimit, maxBuffer: HELPER_OUTPUT_LIMIT, killSignal: 'SIGKILL' } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], limits, (error, output) => {
      if (error === null) resolve({ code: 0, output });
      else if (typeof error.code === 'number') resolve({ code: error.code, output });
      else reject(new Error(helperFailure(program, error, timeLimit)));
    });
    // A helper that exits without reading its input is judged by its exit code.
    child.stdin!.on('error', () => {});
    child.stdin!.end(server);
  });
}

function helperFailure(program: string, error: ExecFileException, timeLimit: number): string {
  switch (error.code as unknown) {
    case 'ENOENT':
      return `expected ${program} on the PATH, found no such program`;
    case 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER':
      return `expected ${program} to answer in at most ${HELPER_OUTPUT_LIMIT} bytes, found more`;
    default:
      return error.killed ? `expected ${program} to answer within ${timeLimit / 1000} seconds, found it still running` : error.message;
  }
}

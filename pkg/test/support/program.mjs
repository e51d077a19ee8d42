// `pullproof` as it is run: a process of its own, in a folder of its own, with a home in which nobody is signed in.

import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

export const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

export class Folder {
  constructor(name) {
    this.path = mkdtempSync(join(tmpdir(), `pullproof-${name}-`));
    this.home = join(this.path, '.home');
    mkdirSync(this.home);
  }

  at(name) {
    return join(this.path, name);
  }

  put(name, content, mode = 0o644) {
    const file = this.at(name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
    chmodSync(file, mode);
    return file;
  }

  read(name) {
    return readFileSync(this.at(name), 'utf8');
  }

  environment(more = {}) {
    return { PATH: process.env.PATH, HOME: this.home, DOCKER_CONFIG: this.home, ...more };
  }

  /** Runs a program here. A program that is ended by a signal has that as its code. */
  run(program, args, { env = {}, input = '', cwd = this.path } = {}) {
    return new Promise((resolve) => {
      const options = { cwd, env: this.environment(env), timeout: 120_000, maxBuffer: 64 * 1024 * 1024 };
      const child = execFile(program, args, options, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : error.signal ?? error.code, stdout, stderr });
      });
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });
  }

  pullproof(args, options) {
    return this.run(process.execPath, [cli, ...args], options);
  }

  /** The same on a terminal, which util-linux's `script` lends; both outputs are one. */
  async onTerminal(words, env = {}) {
    const lend = ['--quiet', '--return', '--command', `'${process.execPath}' '${cli}' ${words}`, '/dev/null'];
    const { code, stdout } = await this.run('script', lend, { env: { TERM: 'xterm', ...env } });
    return { code, text: stdout.replaceAll('\r\n', '\n') };
  }

  remove() {
    rmSync(this.path, { recursive: true });
  }
}

// Cores that only write down what they are asked, for tests of what is around them. A text names images in lines like `image: nginx:1.27`.

const LINE = /^(\s*(?:- )?image:\s*["']?)([^\s"']+)/;
const PINNED = /^(.+)@(sha256:[0-9a-f]{64})$/;

/** In place of the module that reads and edits texts. */
export const fakePinCore = {
  detectKind(text, file = '') {
    if (/(^|\/)compose\.yaml$/.test(file)) return 'compose';
    return text.split('\n').some((line) => LINE.test(line)) ? 'kubernetes' : undefined;
  },

  find(text, kind) {
    if (text.includes('{{')) throw { code: 'template', message: 'expected YAML, found a template' };
    const occurrences = text.split('\n').flatMap((line, number) => {
      const [, before, value] = LINE.exec(line) ?? [];
      if (value === undefined) return [];
      const where = { place: 'image', line: number + 1, column: before.length + 1, text: value };
      if (value.startsWith('$')) {
        return [{ ...where, state: 'left-alone', reference: null, digest: null, code: 'variable', message: 'a variable', settled: false }];
      }
      const [, name, digest] = PINNED.exec(value) ?? [];
      return digest === undefined
        ? [{ ...where, state: 'unpinned', reference: normalised(value), digest: null, code: null, message: null, settled: false }]
        : [{ ...where, state: 'pinned', reference: normalised(name, false), digest, code: null, message: null, settled: true }];
    });
    return { kind, occurrences };
  },

  pin(text, kind, digests) {
    const [changes, leftAlone] = [[], []];
    const lines = text.split('\n');
    for (const { state, reference, code, message, settled, digest: _, ...where } of fakePinCore.find(text, kind).occurrences) {
      const answer = digests[reference];
      const { text: image, ...place } = where;
      if (state === 'pinned') leftAlone.push({ ...where, code: 'pinned', message: 'has a digest already', settled });
      else if (state === 'left-alone') leftAlone.push({ ...where, code, message, settled });
      else if (answer === undefined) leftAlone.push({ ...where, code: 'not-resolved', message: 'nobody asked', settled });
      else if (answer.digest === undefined) leftAlone.push({ ...where, ...answer, settled });
      else {
        const { digest } = answer;
        const pinned = `${image}@${digest}`;
        lines[place.line - 1] = lines[place.line - 1].replace(image, pinned);
        changes.push({ ...place, image, pinned, reference, digest, overrules: [] });
      }
    }
    return { kind, text: lines.join('\n'), changes, leftAlone };
  },

  readLock(text) {
    const lock = JSON.parse(text);
    if (lock.lockVersion !== 1) throw { code: 'lock-invalid', message: `expected version 1, found ${lock.lockVersion}` };
    return lock;
  },
};

/** In place of the module that asks registries: `answer` is called with what it is asked. */
export function fakeCore(answer) {
  return {
    parseReference(text) {
      const [registry, ...rest] = normalised(text, false).replace(/@.*/, '').split('/');
      const [repository, tag = null] = rest.join('/').split(':');
      return { input: text, registry, repository, tag, digest: null, familiar: text };
    },
    resolve: async (image, options, fetch, _verify, _publishers, signal) => answer({ question: 'resolve', image, options, fetch, signal }),
    drift: async (image, options, fetch, _verify, _publishers, signal) => answer({ question: 'drift', image, options, fetch, signal }),
  };
}

function normalised(name, isTagged = true) {
  const full = /^[^/]*[.:][^/]*\//.test(name) ? name : `docker.io/library/${name}`;
  return !isTagged || /:[^/]+$/.test(full) ? full : `${full}:latest`;
}

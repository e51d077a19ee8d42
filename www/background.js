// The Worker behind the page: fetching, hashing and verifying happen here, so that the page never stutters.
//
// The package is imported on the first question and not at the top: a message that arrives while a module is still being
// evaluated may be lost, and a package that cannot be loaded becomes an answer instead of silence.

const running = new Map();

addEventListener('message', ({ data: { id, cancel, question, options } }) => {
  if (cancel) running.get(id)?.abort();
  else answer(id, question, options);
});

async function answer(id, question, options) {
  const controller = new AbortController();
  running.set(id, controller);
  const onStep = (step) => postMessage({ id, step });
  try {
    const pullproof = await load(question.text === undefined ? ({ ready }) => ready : ({ readyToPin }) => readyToPin());
    // Trusted roots outlive the page. Where the browser keeps nothing, the report says so.
    const context = { ...options, signal: controller.signal, store: pullproof.indexedDbStore() };
    postMessage({ id, answer: await lookAt(pullproof, question, context, onStep) });
  } catch (error) {
    // A code of another type is a browser's own exception, and no answer about an image.
    const code = typeof error?.code === 'string' ? error.code : 'internal';
    postMessage({ id, error: { code, message: error?.message ?? String(error) } });
  } finally {
    running.delete(id);
  }
}

async function lookAt(pullproof, { image, text, toSuggestFor, toScan, source, vex }, context, onStep) {
  if (toScan !== undefined) return { scan: await scanWith(pullproof, { image: toScan, source, vex }, context, onStep) };
  if (toSuggestFor !== undefined) return { suggestions: pullproof.suggest(toSuggestFor) };
  if (text === undefined) return { report: await pullproof.check(image, { ...context, onStep }) };
  return pinOrDrift(pullproof, text, { ...context, onProgress: (progress) => onStep({ type: 'progress', ...progress }) });
}

/** Whose advisories: this site's, or OSV's server's, which is asked by whoever chose it and by nobody else. */
async function scanWith({ scan }, { image, source, vex }, { platform, relay, signal }, onStep) {
  const { shards } = await import('./advisories.js');
  const whose = source === 'osv' ? { osv: true } : { shards: await shards(signal) };
  return scan(image, { ...whose, platform, relay, signal, vex, onProgress: seldom(onStep) });
}

/** Milliseconds between two steps of one layer. A layer comes in thousands of pieces, and no eye sees them. */
const STEP_EVERY = 40;

function seldom(onStep) {
  const last = new Map();
  return (step) => {
    const isLast = step.stage !== 'layer' || step.bytes >= step.size;
    const now = performance.now();
    if (!isLast && now - (last.get(step.index) ?? -Infinity) < STEP_EVERY) return;
    last.set(step.index, now);
    onStep(step);
  };
}

/** Where every image of a text has its digest already, what is left to know is whether the tags have moved. */
async function pinOrDrift({ drift, find, pin, unifiedDiff }, text, options) {
  if (options.kind === 'lock' || isLock(text)) return { drift: await drift(text, { ...options, kind: 'lock' }) };
  const { kind, occurrences } = await find(text, { kind: options.kind });
  const unpinned = new Set(occurrences.filter(({ state }) => state === 'unpinned').map(({ reference }) => reference));
  if (unpinned.size === 0 && occurrences.some(({ state }) => state === 'pinned')) return { drift: await drift(text, { ...options, kind }) };
  options.onProgress({ done: 0, total: unpinned.size });
  const pinned = await pin(text, { ...options, kind });
  const { fileName } = await import('./words.js');
  return { pinned, diff: unifiedDiff(text, pinned.text, fileName(kind)) };
}

function isLock(text) {
  try {
    return Object.hasOwn(JSON.parse(text), 'lockVersion');
  } catch {
    return false;
  }
}

async function load(whenReady) {
  try {
    const pullproof = await import('./pullproof/browser.js');
    await whenReady(pullproof);
    return pullproof;
  } catch (cause) {
    throw { code: 'page-broken', message: `expected the package at pullproof/browser.js, found: ${cause.message}` };
  }
}

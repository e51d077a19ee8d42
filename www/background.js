// The Worker behind the page: fetching, hashing and verifying happen here, so that the page never stutters.
//
// The package is imported on the first question and not at the top: a message that arrives while a module is still being
// evaluated may be lost, and a package that cannot be loaded becomes an answer instead of silence.

const running = new Map();

addEventListener('message', ({ data: { id, cancel, image, options } }) => {
  if (cancel) running.get(id)?.abort();
  else answer(id, image, options);
});

async function answer(id, image, options) {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const { check } = await load();
    const report = await check(image, { ...options, signal: controller.signal, onStep: (step) => postMessage({ id, step }) });
    postMessage({ id, report });
  } catch (error) {
    // A code of another type is a browser's own exception, and no answer about an image.
    const code = typeof error?.code === 'string' ? error.code : 'internal';
    postMessage({ id, error: { code, message: error?.message ?? String(error) } });
  } finally {
    running.delete(id);
  }
}

async function load() {
  try {
    const pullproof = await import('./pullproof/browser.js');
    await pullproof.ready;
    return pullproof;
  } catch (cause) {
    throw { code: 'page-broken', message: `expected the package at pullproof/browser.js, found: ${cause.message}` };
  }
}

// Before the WebAssembly module is there, as in a page.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { open } from '../dist/core.js';
import { check, parseReference, ready, verifyBundle } from '../dist/index.js';

test('a module that cannot be loaded is said by whatever needs it, and is no unhandled rejection', async () => {
  assert.throws(() => parseReference('nginx'), /expected the WebAssembly module to be loaded.*await ready/);

  const cause = new Error('404');
  open({}, {}, Promise.reject(cause));
  await assert.rejects(ready, cause);
  await assert.rejects(check('nginx'), cause);
  await assert.rejects(verifyBundle('{}', new Uint8Array(), { key: '' }), cause);
});

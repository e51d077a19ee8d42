// Inside workerd: the start of the module whose bytes were posted.

import { initSync } from '../../pkg/dist/wasm/pullproof.js';
import { timeStart } from '../support/module.mjs';

export default {
  async fetch(request, { UNSAFE_EVAL }) {
    const bytes = new Uint8Array(await request.arrayBuffer());
    return Response.json(timeStart(bytes, (fresh) => UNSAFE_EVAL.newWasmModule(fresh), initSync));
  },
};

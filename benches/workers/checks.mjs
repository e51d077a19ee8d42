// Inside workerd: checks of the image whose reference was posted.

import { check } from '../../pkg/dist/workerd.js';
import { checksPerSecond } from '../support/checks.mjs';

export default {
  async fetch(request) {
    return Response.json(await checksPerSecond(check, await request.text()));
  },
};

// Inside workerd: one bundle, verified as often as it is asked.

import { verifyBundle } from '../../pkg/dist/workerd.js';
import { asking } from '../support/ours.mjs';

const verify = asking({ verifyBundle });

export default {
  async fetch(request) {
    const { times, artifact, ...question } = await request.json();
    const asked = { ...question, artifact: new Uint8Array(artifact) };
    for (let time = 0; time < times; time += 1) await verify(asked);
    return Response.json({ times });
  },
};

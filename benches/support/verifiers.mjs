// Who verifies a bundle in Node. Each is loaded when it is asked for.

import { asking, withoutWebCrypto } from './ours.mjs';

const ours = async () => asking(await import('../../pkg/dist/node.js'));

export const verifiers = {
  pullproof: ours,
  'pullproof, without WebCrypto': async () => withoutWebCrypto(await ours()),
  '@sigstore/verify': async () => (await import('../peers/sigstore-verify.mjs')).verify,
  'sigstore-browser': async () => (await import('../peers/sigstore-browser.mjs')).verify,
};

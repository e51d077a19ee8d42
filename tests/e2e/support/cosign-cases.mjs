// Images that are signed, badly signed and not signed, each with the reference to ask for: what cosign itself makes, what somebody who may
// push makes of it, and what somebody with a key could have signed.

import { generateKeyPairSync, sign } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FORMS, BUNDLE, sha256, tagOf } from './cosign.mjs';
import { skopeo } from './layout.mjs';
import { proxy } from './proxy.mjs';

const SIGNATURE = 'dev.cosignproject.cosign/signature';
const SIGN = 'https://sigstore.dev/cosign/sign/v1';
const NOBODY = `sha256:${'0'.repeat(64)}`;

/** One bit of what base64 stands for. */
const flipped = (base64, at = 20) => {
  const bytes = Buffer.from(base64, 'base64');
  bytes[at] ^= 1;
  return bytes.toString('base64');
};
const inBundle = (change) => (text) => {
  const bundle = JSON.parse(text);
  change(bundle);
  return JSON.stringify(bundle);
};
const inPayload = (from, to) => (_, bytes) => ({ bytes: String(bytes).replace(from, to) });
const inStatement = (from, to) => inBundle(({ dsseEnvelope }) => {
  const statement = String(Buffer.from(dsseEnvelope.payload, 'base64'));
  dsseEnvelope.payload = Buffer.from(statement.replace(from, to)).toString('base64');
});

/** What somebody who may push makes of a signature under the `.sig` tag. */
const CHANGED_TAG = {
  'another signature': (layer) => { layer.annotations[SIGNATURE] = flipped(layer.annotations[SIGNATURE]); },
  'no signature': (layer) => { delete layer.annotations[SIGNATURE]; },
  'a signature that is no base64': (layer) => { layer.annotations[SIGNATURE] += '*'; },
  'a payload about another image': inPayload(/sha256:\w{64}/, NOBODY),
  'a payload with one more byte': (_, bytes) => ({ bytes: `${bytes}\n` }),
  'a payload of another type': inPayload('cosign container image signature', 'atomic container signature'),
  'other annotations beside it': (layer) => { layer.annotations['example.test/note'] = 'hello'; },
  'junk before it': (layer, _, layers) => { layers.unshift({ ...layer, annotations: { [SIGNATURE]: 'AAAA' } }); },
  'junk behind it': (layer, _, layers) => {
    layers.push({ ...layer, annotations: { [SIGNATURE]: flipped(layer.annotations[SIGNATURE]) } });
  },
};

/** And of a bundle. */
const CHANGED_BUNDLE = {
  'another signature': inBundle(({ dsseEnvelope: { signatures: [one] } }) => { one.sig = flipped(one.sig); }),
  'another statement': inStatement('cosign/sign/v1', 'cosign/sign/v2'),
  'a statement about another image': inStatement(/[0-9a-f]{64}/, '0'.repeat(64)),
  'another version': inBundle((bundle) => { bundle.mediaType = bundle.mediaType.replace('v0.3', 'v0.9'); }),
  'two signatures': inBundle(({ dsseEnvelope: { signatures } }) => signatures.push(signatures[0])),
  'a name twice': (text) => text.replace('"mediaType"', '"mediaType":"x","mediaType"'),
  'a message beside the envelope': inBundle((bundle) => { bundle.messageSignature = { messageDigest: {}, signature: 'AAAA' }; }),
};

/** Payloads that the publisher did sign, by the image's reference and digest. */
const PAYLOADS = {
  'as cosign writes it': (reference, digest) => simple(reference, digest),
  'that names another repository': (_, digest) => simple('registry.example/another/app', digest),
  'that names no repository': (_, digest) => simple('', digest),
  'that names the image twice, itself last': (reference, digest) =>
    simple(reference, digest).replace('"docker-manifest-digest"', `"docker-manifest-digest":"${NOBODY}","docker-manifest-digest"`),
  'that names the image twice, itself first': (reference, digest) =>
    simple(reference, NOBODY).replace('"docker-manifest-digest"', `"docker-manifest-digest":"${digest}","docker-manifest-digest"`),
  'that names the image in capitals only': (reference, digest) => simple(reference, digest).replace('docker-manifest', 'Docker-Manifest'),
  'with members that nobody knows': (reference, digest) => simple(reference, digest).replace('"type"', '"whatever":1,"type"'),
  'of another type': (reference, digest) =>
    simple(reference, digest).replace('cosign container image signature', 'atomic container signature'),
  'about another image': (reference) => simple(reference, NOBODY),
  'with text behind it': (reference, digest) => `${simple(reference, digest)} {}`,
};

function simple(reference, digest) {
  const critical = {
    identity: { 'docker-reference': reference }, image: { 'docker-manifest-digest': digest }, type: 'cosign container image signature',
  };
  return JSON.stringify({ critical, optional: null });
}

/** Statements that the publisher did sign, by the image's digest in hexadecimal. */
const STATEMENTS = {
  'as cosign writes it': (hex) => statement(SIGN, [subject(hex)]),
  'about another image first, then about this one': (hex) => statement(SIGN, [subject('0'.repeat(64)), subject(hex)]),
  'about this image first, then about another one': (hex) => statement(SIGN, [subject(hex), subject('0'.repeat(64))]),
  'about another image': () => statement(SIGN, [subject('0'.repeat(64))]),
  'about nothing': () => statement(SIGN, []),
  'with the digest twice, the image’s last': (hex) =>
    statement(SIGN, [subject(hex)]).replace('"sha256"', `"sha256":"${'0'.repeat(64)}","sha256"`),
  'with the digest twice, the image’s first': (hex) =>
    statement(SIGN, [subject('0'.repeat(64))]).replace('"sha256"', `"sha256":"${hex}","sha256"`),
  'that says something else of the image': (hex) => statement('https://slsa.dev/provenance/v1', [subject(hex)]),
  'that nobody knows the type of': (hex) => statement('https://example.test/whatever', [subject(hex)]),
};

const subject = (sha256) => ({ digest: { sha256 } });
const statement = (predicateType, subjects) =>
  JSON.stringify({ _type: 'https://in-toto.io/Statement/v1', subject: subjects, predicateType, predicate: {} });

/** Lookups that fail, of an image that is signed in some form or not at all. */
const FAILING = [
  ['the referrers API', 500, 'the .sig tag'], ['the referrers API', 401, 'the .sig tag'], ['the referrers API', 500, 'a bundle'],
  ['the referrers API', 500, undefined], ['the fallback tag', 500, 'the .sig tag'], ['the fallback tag', 401, 'the .sig tag'],
  ['the fallback tag', 500, undefined], ['the .sig tag', 500, undefined], ['the .sig tag', 401, undefined],
  ['the .sig tag', 500, 'a bundle'],
];

/**
 * By name, each with what puts it into the registry.
 *
 * @param {object} stage a {@link Shelf} and what startCosign returns; `front` keeps a server until the tests are over
 * @returns {Record<string, () => Promise<{ reference: string, flags: string[], options: object }>>} the reference to ask for, and the
 *   key to ask with: as flags of cosign, and as options of the library
 */
export function cases({ shelf, signer, front }) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const own = join(signer.folder, 'own.pub');
  const written = writeFile(own, pem);
  const signature = (bytes) => sign('sha256', bytes, privateKey).toString('base64');
  const asked = (reference, file, key) => ({ reference, flags: ['--insecure-ignore-tlog', '--key', file], options: { key } });
  const byPublisher = ({ tag }) => asked(tag, join(signer.folder, 'publisher.pub'), signer.key);
  const byOwnKey = async ({ tag }) => {
    await written;
    return asked(tag, own, pem);
  };
  const signed = async (form, what) => {
    const image = await shelf.image(what);
    await signer.sign(image.pinned, 'publisher', ...FORMS[form]);
    return image;
  };
  const enveloped = (payload, payloadType = 'application/vnd.in-toto+json') => {
    const bytes = Buffer.from(payload);
    const dsse = signature(Buffer.concat([Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${bytes.length} `), bytes]));
    const dsseEnvelope = { payload: bytes.toString('base64'), payloadType, signatures: [{ sig: dsse }] };
    return { mediaType: BUNDLE, verificationMaterial: { publicKey: { hint: '' } }, dsseEnvelope };
  };
  const made = {};

  for (const form of Object.keys(FORMS)) {
    for (const what of ['multi-platform', 'single']) {
      made[`${form} of an image (${what})`] = async () => byPublisher(await signed(form, what));
    }
    made[`${form} of somebody else`] = async () => {
      const image = await shelf.image();
      await signer.sign(image.pinned, 'stranger', ...FORMS[form]);
      return byPublisher(image);
    };
    made[`${form} of one platform, and the image is asked for`] = async () => {
      const image = await shelf.image();
      const [{ digest }] = JSON.parse(image.bytes).manifests;
      await signer.sign(`${shelf.host}/${image.repository}@${digest}`, 'publisher', ...FORMS[form]);
      return byPublisher(image);
    };
    made[`${form} of one platform, which is asked for`] = async () => {
      const image = await shelf.image();
      const [{ digest }] = JSON.parse(image.bytes).manifests;
      const tag = `${shelf.host}/${image.repository}@${digest}`;
      await signer.sign(tag, 'publisher', ...FORMS[form]);
      return byPublisher({ tag });
    };
    made[`${form} of an image, and one platform is asked for`] = async () => {
      const image = await signed(form);
      const [{ digest }] = JSON.parse(image.bytes).manifests;
      return byPublisher({ tag: `${shelf.host}/${image.repository}@${digest}` });
    };
    made[`an attestation, ${form === 'a bundle' ? 'in a bundle' : 'under the .att tag'}`] = async () => {
      const image = await shelf.image();
      await writeFile(join(signer.folder, 'predicate.json'), '{"buildDefinition":{},"runDetails":{}}');
      await signer.attest(image.pinned, '--type', 'slsaprovenance1', '--predicate', 'predicate.json', ...FORMS[form]);
      return byPublisher(image);
    };
  }
  for (const [what, change] of Object.entries(CHANGED_TAG)) {
    made[`the .sig tag with ${what}`] = async () => {
      const image = await signed('the .sig tag');
      await shelf.changeSignature(image, change);
      return byPublisher(image);
    };
  }
  for (const [what, change] of Object.entries(CHANGED_BUNDLE)) {
    made[`a bundle with ${what}`] = async () => {
      const image = await signed('a bundle');
      await shelf.changeBundle(image, change);
      return byPublisher(image);
    };
  }
  for (const [what, payload] of Object.entries(PAYLOADS)) {
    made[`a signed payload ${what}`] = async () => {
      const image = await shelf.image();
      const text = payload(`${shelf.host}/${image.repository}`, image.digest);
      await shelf.attachSignatures(image, { payload: text, annotations: { [SIGNATURE]: signature(Buffer.from(text)) } });
      return byOwnKey(image);
    };
  }
  for (const [what, text] of Object.entries(STATEMENTS)) {
    made[`a signed statement ${what}`] = async () => {
      const image = await shelf.image();
      await shelf.attachBundles(image, enveloped(text(image.digest.slice(7))));
      return byOwnKey(image);
    };
  }
  made['a signed statement of another payload type'] = async () => {
    const image = await shelf.image();
    await shelf.attachBundles(image, enveloped(STATEMENTS['as cosign writes it'](image.digest.slice(7)), 'text/plain'));
    return byOwnKey(image);
  };
  for (const place of ['before', 'behind']) {
    made[`a junk bundle ${place} a good one`] = async () => {
      const image = await shelf.image();
      const good = enveloped(STATEMENTS['as cosign writes it'](image.digest.slice(7)));
      const junk = structuredClone(good);
      junk.dsseEnvelope.signatures[0].sig = flipped(junk.dsseEnvelope.signatures[0].sig);
      await shelf.attachBundles(image, ...(place === 'before' ? [junk, good] : [good, junk]));
      return byOwnKey(image);
    };
  }
  made['a bundle that is no JSON beside a good .sig tag'] = async () => {
    const image = await signed('the .sig tag');
    await shelf.attachBundles(image, '{');
    return byPublisher(image);
  };
  made['a bundle of somebody else beside a good .sig tag'] = async () => {
    const image = await signed('the .sig tag');
    await signer.sign(image.pinned, 'stranger');
    return byPublisher(image);
  };
  made['an attestation in a bundle beside a good .sig tag'] = async () => {
    const image = await shelf.image();
    const text = simple('', image.digest);
    await shelf.attachSignatures(image, { payload: text, annotations: { [SIGNATURE]: signature(Buffer.from(text)) } });
    await shelf.attachBundles(image, enveloped(STATEMENTS['that says something else of the image'](image.digest.slice(7))));
    return byOwnKey(image);
  };
  made['a bundle over the bytes of the manifest'] = async () => {
    const image = await shelf.image();
    const digest = Buffer.from(image.digest.slice(7), 'hex').toString('base64');
    const messageSignature = { messageDigest: { algorithm: 'SHA2_256', digest }, signature: signature(image.bytes) };
    await shelf.attachBundles(image, { mediaType: BUNDLE, verificationMaterial: { publicKey: { hint: '' } }, messageSignature });
    return byOwnKey(image);
  };
  made['a signature of another image under this image’s tag'] = async () => {
    const [good, evil] = [await signed('the .sig tag'), await shelf.image('single')];
    const at = ({ repository, digest }) => `docker://${shelf.host}/${repository}:${tagOf(digest, '.sig')}`;
    await skopeo('copy', '--src-tls-verify=false', '--dest-tls-verify=false', at(good), at(evil));
    return byPublisher(evil);
  };
  made['a bundle whose manifest speaks of another image'] = async () => {
    const image = await signed('a bundle');
    await shelf.changeBundle(image, (text) => text, (manifest) => { manifest.subject.digest = NOBODY; });
    return byPublisher(image);
  };
  made['no signature'] = async () => byPublisher(await shelf.image());
  for (const [what, status, form] of FAILING) {
    made[`${what} answers ${status}, and ${form ? `there is ${form}` : 'there is no signature'}`] = async () => {
      const image = form ? await signed(form) : await shelf.image();
      const path = `/v2/${image.repository}/${{
        'the referrers API': `referrers/${image.digest}`,
        'the fallback tag': `manifests/${tagOf(image.digest)}`,
        'the .sig tag': `manifests/${tagOf(image.digest, '.sig')}`,
      }[what]}`;
      const body = Buffer.from(JSON.stringify({ errors: [{ code: status === 401 ? 'UNAUTHORIZED' : 'UNKNOWN', message: 'not now' }] }));
      const failure = { status, headers: { 'content-type': 'application/json' }, body };
      const { host } = await front(proxy(shelf.host, (answer, { url }) => (url.split('?')[0] === path ? failure : answer)));
      return byPublisher({ tag: image.tag.replace(shelf.host, host) });
    };
  }
  return made;
}

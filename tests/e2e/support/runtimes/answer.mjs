// What a runtime makes of a question, as plain data that can leave it: the report's text, or why there is none.

/**
 * @param {Pick<typeof import('pullproof'), 'check' | 'inspectTrust' | 'scan' | 'verifyBundle'>} pullproof the package, as that runtime loads it
 * @param {Question | BundleQuestion | TrustQuestion | ScanQuestion} question
 * @returns {Promise<Answer>}
 *
 * @typedef {{ image: string, now: string, platform?: string, policy?: string, attachments?: boolean, credentials?: import('pullproof').Credentials }} Question
 * @typedef {{ bundle: string, artifact: string | { base64: string }, now: string, [option: string]: unknown }} BundleQuestion
 * @typedef {{ image: string, wanted: import('pullproof').ContentTrust, now: string, [option: string]: unknown }} TrustQuestion
 * @typedef {{ image: string, shards: string[], shardsIndex?: { index: string, signature: string }, rule?: object, vex?: string, now: string, [option: string]: unknown }} ScanQuestion
 * @typedef {{ report: string } | { code: string, message: string }} Answer
 */
export async function answer({ check, inspectTrust, scan, verifyBundle }, { image, bundle, artifact, wanted, shards, shardsIndex, rule, now, ...options }) {
  const asked = { ...options, now: new Date(now) };
  const encoder = new TextEncoder();
  const ask = async () => {
    if (bundle !== undefined) return verifyBundle(bundle, read(artifact), asked);
    if (shards !== undefined) {
      const given = shardsIndex && { shardsIndex: { ...shardsIndex, index: encoder.encode(shardsIndex.index) } };
      return scan(image, { ...asked, ...rule, ...given, shards: shards.map((text) => encoder.encode(text)) });
    }
    return wanted === undefined ? check(image, asked) : inspectTrust(image, wanted, asked);
  };
  try {
    const report = await ask();
    return { report: JSON.stringify(report, null, 2) };
  } catch (error) {
    return { code: error.code ?? 'defect', message: error.code ? error.message : String(error?.stack ?? error) };
  }
}

function read(artifact) {
  return typeof artifact === 'string' ? artifact : Uint8Array.from(atob(artifact.base64), (character) => character.charCodeAt(0));
}

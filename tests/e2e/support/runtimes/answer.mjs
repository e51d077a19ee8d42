// What a runtime makes of a question, as plain data that can leave it: the report's text, or why there is none.

/**
 * @param {typeof import('pullproof').check} check of the package, as that runtime loads it
 * @param {Question} question
 * @returns {Promise<Answer>}
 *
 * @typedef {{ image: string, now: string, platform?: string, policy?: string, attachments?: boolean, credentials?: import('pullproof').Credentials }} Question
 * @typedef {{ report: string } | { code: string, message: string }} Answer
 */
export async function answer(check, { image, now, ...options }) {
  try {
    return { report: JSON.stringify(await check(image, { ...options, now: new Date(now) }), null, 2) };
  } catch (error) {
    return { code: error.code ?? 'defect', message: error.code ? error.message : String(error?.stack ?? error) };
  }
}

// What the page says. The core explains itself (`message`, `evidence`); here are only the titles around its sentences,
// and what a person can do about an error.

/** What each check is about, and what it does while it runs. */
export const CHECKS = {
  'resolve': { title: 'The bytes', running: 'Fetching the bytes and hashing them' },
  'digest-header': { title: 'The registry’s own digest', running: 'Comparing with what the registry says' },
  'document': { title: 'The document', running: 'Reading the document strictly' },
  'platform': { title: 'The platform’s manifest', running: 'Choosing the platform’s manifest' },
  'config': { title: 'The configuration', running: 'Fetching and hashing the configuration' },
  'attachments': { title: 'What is attached', running: 'Listing what is attached' },
  'signatures': { title: 'The signatures', running: 'Reading and verifying signatures' },
  'content-trust': { title: 'Docker Content Trust', running: 'Asking what its publisher signed' },
  'known-vulnerabilities': { title: 'Known vulnerabilities', running: 'Reading the layers, and comparing packages with advisories' },
};

export const OUTCOMES = { passed: 'passed', failed: 'failed', unknown: 'unknown', skipped: 'skipped', named: 'not downloaded', running: 'running' };

export const ROLES = { image: 'image', attestation: 'attestation', index: 'nested index', other: 'other document' };

export const FOUND_BY = { 'referrers': 'the referrers API', 'fallback-tag': 'the referrers fallback tag', 'cosign-tag': 'cosign’s tag', 'cosign-attestation-tag': 'cosign’s tag of attestations' };

/** The verdict as a headline: `tone` chooses the colour. */
export function headline({ verdict, checks, pinned, signatures, contentTrust }) {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const unknown = checks.filter(({ outcome }) => outcome === 'unknown').map(({ name }) => name);
  const said = (wanted) => (contentTrust ?? []).some(({ outcome }) => outcome === wanted);
  const signed = (signatures ?? []).some(({ outcome, meaning }) => outcome === 'verified' && meaning.kind === 'signature') || said('verified');
  if (verdict === 'accept') return { tone: 'accept', mark: 'passed', title: signed ? 'Accepted: signed as you ask for' : 'Accepted: these are bytes your policy names' };
  if (verdict === 'reject') {
    const onlyBecause = (wanted) => failed.every(({ code }) => code === wanted);
    const title = failed.length === 0
      ? 'Rejected: not what your policy asks for'
      : onlyBecause('platform-missing') ? 'Rejected: not offered for this platform'
        : onlyBecause('vulnerabilities-denied') ? 'Rejected: your policy denies what is known to be vulnerable in it'
          : onlyBecause('content-trust-refused') ? 'Rejected: nobody whom you trust vouches for it' : 'Rejected: do not run this image';
    return { tone: 'reject', mark: 'failed', title };
  }
  if (unknown.length === 0 && pinned !== null && said('archived')) {
    return { tone: 'unknown', mark: 'unknown', title: 'Archived: signed once, and nothing is known of today' };
  }
  if (unknown.length === 0 && pinned !== null) {
    const title = signed ? 'The bytes are proven, and signed; whether by whom you want is yours to say' : 'The bytes are proven; who published them is not';
    return { tone: 'proven', mark: 'bytes', title };
  }
  const onlyAmong = (...names) => unknown.length > 0 && unknown.every((name) => names.includes(name));
  const title = onlyAmong('known-vulnerabilities') ? 'The bytes are proven; what is vulnerable in them is not known'
    : onlyAmong('content-trust') ? 'The bytes are proven; what their publisher signed is not known'
      : onlyAmong('attachments', 'signatures', 'content-trust') ? 'The bytes are proven; what is attached to them is not known' : 'Not everything could be checked';
  return { tone: 'unknown', mark: 'unknown', title };
}

/** How a text can be read: the name on the list, the name in a sentence, and the file that such a text is kept in. */
export const KINDS = {
  command: ['docker, podman or nerdctl commands', 'docker, podman or nerdctl commands', 'commands.sh'],
  dockerfile: ['Dockerfile', 'a Dockerfile', 'Dockerfile'],
  compose: ['Compose file', 'a Compose file', 'compose.yaml'],
  kubernetes: ['Kubernetes YAML', 'Kubernetes YAML', 'kubernetes.yaml'],
  kustomization: ['Kustomization', 'a kustomization', 'kustomization.yaml'],
  'helm-values': ['Helm values', 'Helm values', 'values.yaml'],
  'github-actions': ['GitHub Actions workflow', 'a GitHub Actions workflow', 'workflow.yml'],
  lock: ['pullproof.lock', 'a lock', 'pullproof.lock'],
};

export function kindInWords(kind) {
  return KINDS[kind]?.[1] ?? 'a reference';
}

export function fileName(kind) {
  return KINDS[kind]?.[2] ?? 'reference.txt';
}

/** Whether what was typed can only be one reference: those have no white space in them, and every other text has. */
export function isOneWord(text) {
  return !/\s/.test(text.trim());
}

/** The codes of images that must not be run: something is wrong with them, rather than with the way to them. */
const REFUSED = new Set([
  'policy-rejected', 'digest-mismatch', 'header-mismatch', 'size-mismatch', 'schema1', 'json-invalid', 'duplicate-key',
  'document-ambiguous', 'media-type-mismatch', 'document-invalid', 'too-many-entries', 'index-too-deep', 'platform-mismatch',
]);

export function isRefused({ code }) {
  return REFUSED.has(code);
}

/** What was pinned as a headline. No tone of it says that anybody vouches for the images: nobody was asked. */
export function pinHeadline({ changes, leftAlone }) {
  const open = leftAlone.filter(({ settled }) => !settled);
  const total = changes.length + open.length;
  if (open.length > 0) {
    const pinned = changes.length === 0 ? 'Nothing pinned' : `${changes.length} of ${count(total, 'image')} pinned`;
    return { ...(open.some(isRefused) ? BAD : DOUBTFUL), title: `${pinned}; ${open.length} left alone` };
  }
  if (total > 0) return { ...PROVEN, title: total === 1 ? 'The image is pinned' : `All ${total} images pinned` };
  return { tone: 'skipped', mark: 'skipped', title: leftAlone.length > 0 ? 'Nothing here is left to pin' : 'No image is named here' };
}

/** Which tags have moved as a headline. What was pinned is what runs all the same, so moving alone is nothing bad. */
export function driftHeadline({ images, leftAlone }) {
  const number = (status) => images.filter((image) => image.status === status).length;
  const open = leftAlone.filter(({ settled }) => !settled).length;
  if (images.length === 0) return { tone: 'skipped', mark: 'skipped', title: 'No tag stands beside these digests, so none can move' };
  const [one, of] = [images.length === 1, (status) => `${number(status)} of ${images.length} tags`];
  if (number('moved') > 0) return { ...DOUBTFUL, title: one ? 'The tag has moved since it was pinned' : `${of('moved')} moved since they were pinned` };
  if (number('unknown') > 0) return { ...DOUBTFUL, title: one ? 'The tag could not be looked up' : `${of('unknown')} could not be looked up` };
  const title = one ? 'The tag still names what was pinned' : `All ${images.length} tags still name what was pinned`;
  return open > 0 ? { ...DOUBTFUL, title: `${title}; ${open} left alone` } : { ...PROVEN, title };
}

/** How bad, the worst first. */
export const LEVELS = { critical: 'critical', high: 'high', medium: 'medium', low: 'low', negligible: 'negligible', unknown: 'unrated' };

/** What VEX documents say. */
export const VEX = { not_affected: 'not affected', affected: 'affected', fixed: 'fixed', under_investigation: 'under investigation' };

/** Codes of scans whose bytes are not what was named: something is wrong with the image, rather than with the way to it. */
const FORGED = new Set(['digest-mismatch', 'size-mismatch', 'diff-id-mismatch', 'diff-ids-mismatch']);

/** Of what nothing is said by finding nothing. */
const UNSAID = {
  unsupported: 'Unsupported: nothing can be said of this image’s system',
  unknown: 'The image could not be scanned',
};

/** A scan as a headline, its findings in groups. It never says that an image is clean: nobody knows that. */
export function scanHeadline({ extent, remarks, coverage, findings }, { fixable, unfixed, undetermined }) {
  if (extent === 'unknown' && remarks.some(({ code }) => FORGED.has(code))) return { ...BAD, title: 'Do not run this image: a layer is not what its manifest names' };
  const open = [...fixable, ...unfixed, ...undetermined];
  const found = open.length === 0 ? null : count(open.length, 'known vulnerability', 'known vulnerabilities');
  if (extent in UNSAID) return { ...DOUBTFUL, title: found === null ? UNSAID[extent] : `${UNSAID[extent]}; ${found} elsewhere in it` };
  const isBad = open.some(({ severity, knownExploited }) => ['critical', 'high'].includes(severity.level) || knownExploited === true);
  if (extent === 'partial') {
    return { ...(isBad ? BAD : DOUBTFUL), title: `${found ?? 'Nothing known was found'}, and not everything could be compared` };
  }
  if (found !== null) return { ...(isBad ? BAD : DOUBTFUL), title: found };
  const packages = count(coverage.packages, 'package');
  return { ...PROVEN, title: findings.length > 0 ? `Nothing to act on is known of ${packages}` : `Nothing is known to be vulnerable in ${packages}` };
}

/** Why there is no scan, as a headline, and what to do next. */
export function explainScanError(code) {
  if (code === 'aborted') return { title: 'The scan was cancelled', advice: 'Nothing was concluded.' };
  const [title, advice] = ERRORS[code] ?? ERRORS.internal;
  return { title: `Not scanned: ${title[0].toLowerCase()}${title.slice(1)}`, advice };
}

const PROVEN = { tone: 'proven', mark: 'bytes' };
const DOUBTFUL = { tone: 'unknown', mark: 'unknown' };
const BAD = { tone: 'reject', mark: 'failed' };

const INVALID = 'This cannot be asked as it stands';
const TOO_MUCH = 'This is too much at once';
const UNREADABLE = 'The registry did not give a usable answer';
const ELSEWHERE = 'For an image that needs a password, use the command line, which reads Docker’s own credentials: npx pullproof check …';

/** Why there is no report, as a headline, and what to do next. The sentence between the two is the core's. */
const ERRORS = {
  'reference-invalid': ['This is not an image reference', 'Paste only the reference, such as nginx:1.27 or ghcr.io/owner/image:tag.'],
  'platform-invalid': [INVALID, 'Write the platform as os/architecture or os/architecture/variant, such as linux/arm/v7.'],
  'policy-invalid': [INVALID, 'Correct the policy under “Policy”, or empty it to have the image explained without one.'],
  'policy-unsupported': [INVALID, 'A requirement that this version cannot verify is refused, never ignored: take it out.'],
  'options-invalid': [INVALID, 'Correct the options below the box.'],
  'unreachable': ['The registry could not be reached', 'Look at the host’s spelling and at your connection, then check again. Nothing is known about the image.'],
  'timeout': ['The registry took too long', 'Check again in a while. Nothing is known about the image.'],
  'aborted': ['Cancelled', 'Nothing was concluded.'],
  'kind-unknown': ['This is no text that names images', 'Choose what it is under “Read it as”, or paste only the part that names images.'],
  'yaml-invalid': ['This is not YAML as it stands', 'Correct that line, or choose under “Read it as” what the text is.'],
  'yaml-too-large': [TOO_MUCH, 'Paste only the part that names images, or split the text.'],
  'template': ['This is a template', 'Paste the values that go into it, or what it was rendered to. A template itself is never edited.'],
  'text-too-long': [TOO_MUCH, 'Split the text, or paste only the part that names images.'],
  'too-many-references': [TOO_MUCH, 'Split the text, or paste only the part that names images.'],
  'lock-invalid': ['This is not a lock of this version', 'npx pullproof pin --write writes one. Compare it with the one in your version control.'],
  'not-found': ['There is no such image', 'Look at the spelling of the repository and of the tag. A private image can look like this too.'],
  'unauthorized': ['The registry wants to know who asks', ELSEWHERE],
  'denied': ['The registry refuses', `The repository may be private, misspelt or not there. ${ELSEWHERE}`],
  'relay-refused': ['This site’s relay does not ask that registry', 'Run pullproof yourself: npx pullproof check … asks any registry directly.'],
  'rate-limited': ['The registry asks for patience', 'Too many requests came from this address. Wait for the time it names, then check again.'],
  'response-too-large': [UNREADABLE, 'More bytes came than such a document may have, so reading stopped. Treat this registry or image with suspicion.'],
  'redirect-refused': ['The registry pointed somewhere unsafe', 'The redirect was not followed. Treat this registry with suspicion.'],
  'realm-refused': ['The registry pointed somewhere unsafe', 'Its login address was not asked. Treat this registry with suspicion.'],
  'too-many-redirects': [UNREADABLE, 'It kept pointing elsewhere. Check again later, or tell the registry’s operator.'],
  'not-a-registry': ['That host is not a container registry', 'Look at the host’s spelling. A registry answers under /v2/.'],
  'registry-error': [UNREADABLE, 'Check again in a while. Nothing is known about the image.'],
  'page-broken': ['This page could not start its own code', 'Reload the page. If that does not help, the site is not installed completely.'],
  'internal': ['This page failed in a way it did not expect', 'Nothing was concluded about the image. Please report it, with the reference and the sentence above.'],
};

export function explainError(code, policy) {
  const [title, advice] = ERRORS[code] ?? ERRORS.internal;
  // A signer is asked for by a policy of this page's own making.
  return { title, advice: code === 'policy-invalid' && !policy ? 'Correct what stands under “Signed by”.' : advice };
}

/** A reference hidden in a Hub address, or in the command or line that an address asks for as an image; or null. */
export function referenceWithin(text) {
  const forms = [
    /^(?:sudo\s+)?(?:docker|podman|nerdctl)\s+(?:image\s+)?pull\s+(?:\S+\s+)*?(\S+)\s*$/i,
    /^FROM\s+(?:--\S+\s+)*(\S+)/i,
    /^(?:-\s*)?image:\s*["']?([^\s"']+)/i,
    /^(?:docker|oci):\/\/(\S+)$/i,
    /^https?:\/\/hub\.docker\.com\/(?:_|r)\/([^\s?#]+?)\/?(?:tags\/?)?(?:[?#].*)?$/i,
    /^https?:\/\/([^\s?#]+)$/i,
  ];
  for (const form of forms) {
    const found = form.exec(text.trim());
    if (found) return found[1];
  }
  return null;
}

/** The core's message as a sentence of a page: the check's name as its title, a capital, a full stop. A host's name stays as it is. */
export function sentence(message) {
  const [, name, rest] = /^([a-z-]+): (.*)$/s.exec(message) ?? [];
  const title = CHECKS[name]?.title;
  const text = title ? `${title}: ${rest}` : message.replace(/^[a-z]+(?=[ ,])/, (word) => word[0].toUpperCase() + word.slice(1));
  return /[.!?:…]$/.test(text) ? text : `${text}.`;
}

const UNITS = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** 29 340 112 → "29.3 MB"; decimal units, as registries count. */
export function size(bytes) {
  if (bytes === 1) return '1 byte';
  let unit = 0;
  let value = bytes;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

/** "a", "a and b", "a, b and c". */
export function listed(parts) {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`;
}

/** As many of them by name. */
export function some(names, limit) {
  const rest = names.length - limit;
  return rest > 0 ? `${names.slice(0, limit).join(', ')} and ${rest} more` : listed(names);
}

export function count(number, one, many = `${one}s`) {
  return `${number} ${number === 1 ? one : many}`;
}

/** An RFC 3339 time as a person writes it, still in UTC so that two people read the same. */
export function when(time) {
  return time.replace('T', ' ').replace(/(?:\.\d+)?Z$/, ' UTC');
}

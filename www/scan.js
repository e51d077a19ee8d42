// What is known to be vulnerable in the image of a report: offered, or begun at once, below the report; its layers are read in the
// background and shown as bars; then what was looked at, and what was found.
//
// Layers are the weight of an image. One of a few megabytes is read at once, because that is what its reader came for; more than that
// only when somebody asks, since it may be a metered line, and a report needs none of it. Advisories are this site's, so that the list of
// packages stays in the browser. Asking OSV's server instead is for the reader to choose, and is never chosen for him.

import { served } from './advisories.js';
import { ask } from './ask.js';
import { drawCoverage, drawHeadline } from './coverage.js';
import { element, mark, prose } from './dom.js';
import { drawExports } from './export.js';
import { drawFindings, grouped } from './findings.js';
import { layerBars } from './layers.js';
import * as view from './view.js';
import { count, explainScanError, scanHeadline, sentence, size, some } from './words.js';

/** Bytes of layers that are read without being asked: as much as a page of a newspaper. */
const AT_ONCE = 16_000_000;

/** Bytes of a VEX document, as the core reads. Of a larger one so much is read that it can say that it is too large. */
const MAX_VEX = 4 << 20;

/** Milliseconds between two sentences about how far it is. */
const ANNOUNCED_EVERY = 4000;

let current = null; // the AbortController of the scan under way

/** Whether there is something to scan: an image whose manifest is proven, and with which nothing is wrong so far. */
export function isScannable({ manifest, image, checks }) {
  return manifest !== null && image !== null && manifest.layers.length > 0 && checks.every(({ outcome }) => outcome !== 'failed');
}

/** Ends the scan under way; whether there was one. */
export function cancelScan() {
  const was = current !== null;
  current?.abort();
  return was;
}

/** What the demonstration's are: a page must not pass them off as more. */
const DEMO = 'This is a demonstration: they are a few facts that are kept beside the source of pullproof, and no feed of what is known.';

/**
 * Fills `place`, a part of the report. `options` are those that the report was made with; `isDemo` is a promise of whether this site is a
 * demonstration.
 */
export async function offerScan(place, report, options, isDemo) {
  const [site, demo] = await Promise.all([served(), isDemo]);
  if (!place.isConnected) return; // another question took over
  const isAutomatic = site !== null && report.verdict !== 'reject' && report.manifest.layersSize <= AT_ONCE && !navigator.connection?.saveData;
  const scan = new ScanOf(place, report, options, site, demo);
  if (isAutomatic) scan.run({ source: 'site', vex: [] });
  else scan.offer();
}

class ScanOf {
  constructor(place, report, options, site, isDemo) {
    Object.assign(this, { place, report, options, site, isDemo });
  }

  /** Layers, to be read by whoever wants to. */
  offer() {
    this.place.replaceChildren(element('p', {}, 'The layers of an image say which packages are in it. They are read and proven in this browser, and compared with what is known to be vulnerable.'), this.form());
  }

  form(again = false) {
    const { layers, layersSize } = this.report.manifest;
    const button = element('button', { type: 'submit', class: 'primary' }, `${again ? 'Scan again' : 'Scan'}: ${count(layers.length, 'layer')}, ${size(layersSize)}`);
    const form = element('form', { class: 'scan-form' },
      element('fieldset', {},
        element('legend', {}, 'Whose advisories'),
        choice('site', this.site !== null, this.site !== null, 'This site’s', this.site === null
          ? 'It serves none.'
          : `About ${some([...this.site.keys()], 8)}. Which packages the image has stays in this browser.${this.isDemo ? ` ${DEMO}` : ''}`),
        choice('osv', true, false, 'OSV’s server, api.osv.dev', 'It knows more. The names and versions of all packages in the image leave this browser, and Google, who runs it, sees them.')),
      element('div', { class: 'vex' },
        element('label', { for: 'vex' }, 'VEX documents of somebody whom you believe (OpenVEX, optional)'),
        element('input', { id: 'vex', name: 'vex', type: 'file', accept: '.json,application/json', multiple: true })),
      button);
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      const { source, vex } = form.elements;
      const documents = await Promise.all([...vex.files].map((file) => file.slice(0, MAX_VEX + 1).text()));
      if (!this.place.isConnected) return; // another question took over
      this.run({ source: source.value, vex: documents }, true);
    });
    return form;
  }

  async run({ source, vex }, asked = false) {
    current?.abort();
    const controller = current = new AbortController();
    const { manifest, reference, resolution } = this.report;
    const bars = layerBars(manifest.layers);
    this.showBars(bars, controller, asked);
    // The very image of the report, wherever its tag points meanwhile.
    const tag = reference.tag === null ? '' : `:${reference.tag}`;
    const toScan = `${reference.registry}/${reference.repository}${tag}@${resolution.digest}`;
    let announced = performance.now();
    const onStep = (step) => {
      bars.show(step);
      if (performance.now() - announced < ANNOUNCED_EVERY) return;
      announced = performance.now();
      view.announce(`${bars.words()} read.`);
    };
    try {
      const { scan } = await ask({ toScan, source, vex }, this.options, { signal: controller.signal, onStep });
      this.show(scan, source);
    } catch (error) {
      if (current !== controller) return; // another scan, or another question, took over
      this.showNone(error);
    } finally {
      if (current === controller) current = null;
    }
  }

  showBars(bars, controller, asked) {
    const { stage, node } = bars;
    const cancel = element('button', { type: 'button', class: 'cancel' }, 'Cancel ', element('kbd', {}, 'Esc'));
    cancel.addEventListener('click', () => controller.abort());
    this.place.replaceChildren(element('div', { class: 'scanning' }, element('div', { class: 'progress-head' }, stage, cancel), node));
    if (asked) cancel.focus({ preventScroll: true }); // the button that was pressed is gone
  }

  show(scan, source) {
    const { manifest, reference } = this.report;
    const hadFocus = this.place.contains(document.activeElement);
    const isRead = scan.image !== null && scan.image.layers.length > 0;
    this.place.replaceChildren(
      drawHeadline(scan),
      drawCoverage(scan, { layers: manifest.layers.length, size: size(manifest.layersSize), about: source === 'site' && this.isDemo ? DEMO : null }),
      isRead ? drawFindings(scan, view) : '',
      drawExports(scan, { name: reference.repository.replaceAll('/', '-'), announce: view.announce }),
      element('details', { class: 'again' }, element('summary', {}, 'Scan again, with other advisories or with VEX'), this.form(true)));
    if (isRead) amendNotProven();
    view.announce(`Scanned: ${scanHeadline(scan, grouped(scan)).title}.`);
    if (hadFocus) document.getElementById('scan-verdict').focus({ preventScroll: true });
  }

  showNone({ code = 'internal', message }) {
    const { title, advice } = explainScanError(code);
    const hadFocus = this.place.contains(document.activeElement);
    this.place.replaceChildren(
      element('header', { class: 'verdict scan-verdict error' }, mark('unknown'),
        element('div', {},
          element('h4', { id: 'scan-verdict', tabindex: '-1' }, title),
          code === 'aborted' ? null : element('p', { class: 'reason' }, ...prose(sentence(message))),
          element('p', {}, advice),
          element('p', { class: 'code' }, 'Code: ', element('code', {}, code)))),
      this.form());
    view.announce(`${title}. ${advice}`);
    if (hadFocus) document.getElementById('scan-verdict').focus({ preventScroll: true });
  }
}

/** The report was made before the scan, and says of these that nobody looked. */
function amendNotProven() {
  for (const line of document.querySelectorAll('.not-proven [data-code="vulnerabilities"], .not-proven [data-code="layers"]')) {
    if (line.querySelector('.amended') === null) line.append(' ', element('span', { class: 'amended' }, 'That was so when the report was made; the scan above looked.'));
  }
}

function choice(value, enabled, checked, title, explanation) {
  const input = element('input', { type: 'radio', name: 'source', value, id: `source-${value}`, required: true, checked, disabled: !enabled, 'aria-describedby': `source-${value}-is` });
  return element('div', { class: 'source' },
    element('label', { class: 'choice', for: `source-${value}` }, input, ' ', title),
    element('p', { class: 'aside', id: `source-${value}-is` }, explanation));
}

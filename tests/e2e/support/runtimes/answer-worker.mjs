// A worker of a page, which loads the package by itself. The paths are those under which the page's server has it.

import { answer } from '/answer.mjs';
import * as pullproof from '/browser.js';

onmessage = async ({ data }) => postMessage(await answer(pullproof, data));

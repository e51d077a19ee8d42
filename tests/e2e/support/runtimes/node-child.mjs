import * as pullproof from '../../../../pkg/dist/node.js';
import { answer } from './answer.mjs';

process.on('message', async ({ number, question }) => process.send({ number, answer: await answer(pullproof, question) }));

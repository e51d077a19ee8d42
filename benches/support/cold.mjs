// The first verification of a process, milliseconds from before anything of the verifier is loaded: node cold.mjs VERIFIER FOLDER CASE

import { readCase } from './cases.mjs';
import { verifiers } from './verifiers.mjs';

const [name, folder, of] = process.argv.slice(2);
const question = readCase(folder, of);
const start = performance.now();
const verify = await verifiers[name]();
await verify(question);
console.log(performance.now() - start);

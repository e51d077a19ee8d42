// How long the wasm takes to compile and to instantiate. Nothing here is Node's: the same function runs inside workerd.

import { median } from './statistics.mjs';

const SAMPLES = 11;
/** In a sample: the clock of workerd counts whole milliseconds. */
const MODULES = 10;

/**
 * @param {Uint8Array} bytes
 * @param {(bytes: Uint8Array) => WebAssembly.Module} compile
 * @param {(options: { module: WebAssembly.Module }) => unknown} initSync of the generated glue
 * @returns {{ compile: number, instantiate: number, samples: number }} milliseconds for one module
 */
export function timeStart(bytes, compile, initSync) {
  const imports = importsOf(initSync, compile(bytes));
  const samples = Array.from({ length: SAMPLES }, () => {
    const sources = Array.from({ length: MODULES }, () => fresh(bytes));
    const began = performance.now();
    const modules = sources.map(compile);
    const compiled = performance.now();
    // As the last line of the glue leaves it.
    for (const module of modules) new WebAssembly.Instance(module, imports).exports.__wbindgen_start();
    const instantiated = performance.now();
    return { compile: (compiled - began) / MODULES, instantiate: (instantiated - compiled) / MODULES };
  });
  return {
    compile: median(samples.map(({ compile }) => compile)),
    instantiate: median(samples.map(({ instantiate }) => instantiate)),
    samples: SAMPLES,
  };
}

/** The module with a custom section of random bytes at its end, so that no cache of compiled code has seen it. */
function fresh(bytes) {
  const name = new TextEncoder().encode('fresh');
  const salt = crypto.getRandomValues(new Uint8Array(16));
  // Every number is below 128, and so one byte of LEB128.
  const section = [0, 1 + name.length + salt.length, name.length, ...name, ...salt];
  const longer = new Uint8Array(bytes.length + section.length);
  longer.set(bytes);
  longer.set(section, bytes.length);
  return longer;
}

/** What the glue gives the module to import. It keeps that to itself and instantiates only once, so it is watched doing that. */
function importsOf(initSync, module) {
  const { Instance } = WebAssembly;
  let imports;
  WebAssembly.Instance = function (module, given) {
    imports = given;
    return new Instance(module, given);
  };
  try {
    initSync({ module });
  } finally {
    WebAssembly.Instance = Instance;
  }
  return imports;
}

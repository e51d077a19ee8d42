/** How a bundler for Workers, and workerd itself, import WebAssembly: as a compiled module. */
declare module '*.wasm' {
  const module: WebAssembly.Module;
  export default module;
}

// rten, compiled from `benches/rten`, as a competitor in the race of networks, in Node and in pages.

/** The build with relaxed SIMD where the engine has that, otherwise the one without. */
async function compiled(read) {
  try {
    return await WebAssembly.compile(await read("rten-relaxed.wasm"));
  } catch (error) {
    if (!(error instanceof WebAssembly.CompileError)) throw error;
    return WebAssembly.compile(await read("rten.wasm"));
  }
}

/**
 * A network, given its ONNX file and its inputs in the file's order: { name, once(), run(times) }, where once() copies the inputs in,
 * runs, and returns a copy of the output. `read(file)` gives the bytes of a build of rten.
 */
export async function rten(read, file, given) {
  const { exports: wasm } = await WebAssembly.instantiate(await compiled(read));
  const put = (address, numbers) => new numbers.constructor(wasm.memory.buffer, address, numbers.length).set(numbers);
  put(wasm.file(file.length), file);
  wasm.load();
  const inputs = given.map(({ data, shape }) => {
    shape.forEach(wasm.dimension);
    return data instanceof Float32Array ? [wasm.floats(), data] : [wasm.integers(), Int32Array.from(data, Number)];
  });
  const once = () => {
    for (const [address, numbers] of inputs) put(address, numbers);
    const address = wasm.run();
    return new Float32Array(wasm.memory.buffer, address, wasm.length()).slice();
  };
  return { name: "rten", once, run: (times) => { for (let i = 0; i < times; i++) once(); } };
}

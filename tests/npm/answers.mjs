// What a network makes of inputs that follow from its schema alone, as texts: the same for the same bits, wherever it runs.

/** Inputs for a network: open dimensions have length 2. */
export function sample({ inputs }) {
  const tensor = ({ dtype, shape = [2] }) => {
    const lengths = shape.map((length) => (typeof length === "number" ? length : 2));
    const length = lengths.reduce((product, length) => product * length, 1);
    const isFloat = /float/.test(dtype);
    const element = (i) => (dtype === "string" ? `text ${i % 3}` : isFloat ? ((i * 48271) % 997) / 997 - 0.5 : (i * 7) % 2);
    return { data: Array.from({ length }, (_, i) => element(i)), shape: lengths };
  };
  return Object.fromEntries(inputs.map((input) => [input.name, tensor(input)]));
}

/** What it makes of them: by each output's name its type, its shape and its bytes or texts. */
export function answers(model) {
  const told = ({ dtype, shape, data }) => {
    const bytes = () => Array.from(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), (byte) => byte.toString(16)).join(" ");
    return [dtype, shape.join(" × "), dtype === "string" ? data.join("|") : bytes()].join(": ");
  };
  const made = Object.entries(model.run(sample(model.schema)));
  return Object.fromEntries(made.map(([name, tensor]) => [name, told(tensor)]));
}

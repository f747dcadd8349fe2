// The table of bits (`tests/fixtures/bits`), predicted wherever this module runs and compared where it was read.
// It stands alone: Chromium and workerd load it too.

/** Loads every model from `base`, here or to workers, and predicts its rows; returns each output's numbers as hexadecimal bits. */
export async function predictTable(load, base, tables) {
  const answers = {};
  for (const [name, table] of Object.entries(tables)) {
    const model = await load(`${base}/${name}.edgelet`);
    const rows = table.texts ?? Float64Array.from(table.rows, (x) => x ?? Number.NaN);
    const options = table.texts ? undefined : { rows: rows.length / model.featureNames.length };
    answers[name] = {};
    for (const method of Object.keys(table.outputs)) {
      const answer = await model[method](rows, options);
      answers[name][method] = bitsOf(method === "predict" ? answer : (answer.probabilities ?? answer.values));
    }
    model.dispose();
  }
  return answers;
}

/** What {@link predictTable} must return. */
export function expectedBits(tables) {
  const outputs = ({ outputs }) => Object.entries(outputs).map(([method, numbers]) => [method, bitsOf(numbers)]);
  return Object.fromEntries(Object.entries(tables).map(([name, table]) => [name, Object.fromEntries(outputs(table))]));
}

function bitsOf(numbers) {
  return Array.from(new BigUint64Array(Float64Array.from(numbers).buffer), (bits) => bits.toString(16));
}

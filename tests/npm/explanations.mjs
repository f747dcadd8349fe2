// The tables of explanations (`tests/fixtures/explain`), explained wherever this module runs and compared where they were
// read. It stands alone: Chromium loads it too.

/** Explains every row of every table for every class; returns the numbers' bits by the tables' names. */
export async function explainTables(load, base, tables) {
  const answers = {};
  for (const [name, { rows, classes }] of Object.entries(tables)) {
    const model = await load(`${base}/${name}.edgelet`);
    const width = model.featureNames.length;
    const numbers = [];
    for (let i = 0; i < rows.length; i += width) {
      const row = Float64Array.from(rows.slice(i, i + width), (x) => x ?? Number.NaN);
      for (let k = 0; k < classes; k++) {
        const { base, margin, values } = model.explain(row, classes > 1 ? { class: model.classes[k] } : {});
        numbers.push(base, margin, ...values);
      }
    }
    answers[name] = bitsOf(numbers);
    model.dispose();
  }
  return answers;
}

/** What {@link explainTables} must return. */
export function expectedBits(tables) {
  return Object.fromEntries(Object.entries(tables).map(([name, { explained }]) => [name, bitsOf(explained)]));
}

function bitsOf(numbers) {
  return Array.from(new BigUint64Array(Float64Array.from(numbers).buffer), (bits) => bits.toString(16));
}

// The answers to shares of some rows → the answer to all of them.

/** Joins answers of one kind: labels, numbers, or objects with numbers and their shape. */
export function joined(answers) {
  const [first] = answers;
  if (answers.length === 1) return first;
  if (Array.isArray(first)) return answers.flat();
  if (ArrayBuffer.isView(first)) return inOne(answers);
  const { shape, targets } = first;
  if (targets !== undefined) return { targets: targets.map((_, i) => joined(answers.map((answer) => answer.targets[i]))) };
  const numbers = "values" in first ? "values" : "probabilities";
  const rows = answers.reduce((sum, answer) => sum + answer.shape[0], 0);
  return { ...first, [numbers]: inOne(answers.map((answer) => answer[numbers])), shape: [rows, shape[1]] };
}

function inOne(arrays) {
  const all = new Float64Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  return all;
}

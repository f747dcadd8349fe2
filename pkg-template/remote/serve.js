// The far side of a remote model, in a worker: one model, and the calls it is asked for.
import { EdgeletError } from "../errors.js";
import { init, load } from "../slim.js";

/** Answers messages; `post` is the way back. */
export function server(post) {
  let model;
  const open = async (id, module, bytes, integrity) => {
    await init(module);
    model = await load(bytes, { integrity, onProgress: (progress) => post({ id, progress }) });
    const { schema, featureNames, targets, classes } = model;
    return { schema, featureNames, targets, classes };
  };
  return async ({ id, method, parameters }) => {
    try {
      const answer = method === "open" ? await open(id, ...parameters) : model[method](...parameters);
      post({ id, answer }, buffersOf(answer));
    } catch (error) {
      // The class of an error does not cross; what is no EdgeletError has no code.
      const { code, at, expected, found, hint, message } = error;
      post({ id, error: error instanceof EdgeletError ? { code, at, expected, found, hint } : { message } });
    }
  };
}

/** The memory of an answer's numbers, which is given away. */
function buffersOf(answer) {
  if (ArrayBuffer.isView(answer)) return [answer.buffer];
  return typeof answer === "object" && answer !== null ? Object.values(answer).flatMap(buffersOf) : [];
}

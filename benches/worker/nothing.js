// A worker that does nothing, with the same bytes beside it.
import bytes from "model.bin";

export default {
  fetch: () => Response.json(bytes.byteLength),
};

// The npm package, served unpacked beside this page: the one place that says where it lies.

export { EdgeletError, load } from "./edgelet/edgelet.js";

/** The entry that explains, fetched when it is asked for. */
export const explaining = () => import("./edgelet/explain.js");

/** The entry for networks, likewise. */
export const networks = () => import("./edgelet/tensors.js");

/** What a visitor downloads of it lies below this address. */
export const RUNTIME = new URL("./edgelet/", import.meta.url).href;

/** The model of the example, which the demo puts in the bucket. */
export const LINE = new URL("./bucket/models/line.edgelet", import.meta.url).href;

// Fetch the model and predict once, with the smallest build of onnxruntime-web.
import * as ort from "onnxruntime-web/wasm";
import { openPage } from "./session.js";

export const predictOnce = openPage(ort);

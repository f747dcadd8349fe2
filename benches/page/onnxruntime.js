// Fetch the model and predict once, with what `import "onnxruntime-web"` gives.
import * as ort from "onnxruntime-web";
import { openPage } from "./session.js";

export const predictOnce = openPage(ort);

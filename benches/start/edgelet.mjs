// Fetch the model and predict once.
import { load } from "edgelet";

const model = await load(process.argv[2]);
model.predict(new Float64Array(10));

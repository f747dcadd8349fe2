// What the packager knows of the model: it puts an object in place of the name.
export const { version, schema, unbounded, isSetUp, source, wasm } = EDGELET_PACKAGE;

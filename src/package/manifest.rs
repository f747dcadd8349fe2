//! package.json.

use super::Options;
use super::escape::script;
use crate::model::Provenance;

/// By this field of package.json a folder is known to be a package that may be made anew.
pub const MARK: &str = "edgelet";

/// The manifest: tools look at conditions in their order, so it is text, not a map.
///
/// `what` the model is where nobody says which estimator it is of, and what it `does`.
pub fn of(provenance: &Provenance, [what, does]: [&str; 2], options: &Options) -> String {
    let text = |text: &str| script(&text.into()).replace("\\u002f", "/");
    let what = if provenance.estimator.is_empty() { what } else { &provenance.estimator };
    let description = text(&format!("{what} that {does}, in JavaScript"));
    let (name, version, maker) = (&options.name, &options.version, env!("CARGO_PKG_VERSION"));
    let (cdn, served) = match options.cdn {
        true => {
            ("\n    \"./cdn\": {\n      \"types\": \"./index.d.ts\",\n      \"default\": \"./cdn.js\"\n    },", CDN)
        }
        false => ("", ""),
    };
    format!(
        r#"{{
  "name": "{name}",
  "version": "{version}",
  "description": {description},
  "license": "MIT OR Apache-2.0",
  "type": "module",
  "sideEffects": false,
  "types": "./index.d.ts",
  "main": "./node.cjs",
  "module": "./index.js",{served}
  "exports": {{
    ".": {{
      "require": {{
        "types": "./index.d.cts",
        "default": "./node.cjs"
      }},
      "types": "./index.d.ts",
      "workerd": "./worker.js",
      "edge-light": "./edge.js",
      "deno": "./node.js",
      "bun": "./node.js",
      "node": "./node.js",
      "browser": "./index.js",
      "default": "./index.js"
    }},{cdn}
    "./model.wasm": "./model.wasm",
    "./package.json": "./package.json"
  }},
  "files": ["*.js", "*.cjs", "*.d.ts", "*.d.cts", "*.wasm", "LICENSE-*"],
  "engines": {{
    "node": ">=20"
  }},
  "{MARK}": {{
    "version": "{maker}"
  }}
}}
"#
    )
}

const CDN: &str = "\n  \"unpkg\": \"./cdn.js\",\n  \"jsdelivr\": \"./cdn.js\",";

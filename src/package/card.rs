//! README.md: the model's card.

use super::Options;
use super::escape::{markdown, script};
use super::example::Example;
use super::types::quoted;
use crate::model::{InputKind, Missing, Model};
use serde_json::Value;

/// How many categories a card lists of a feature.
const LISTED: usize = 12;

/// The card, with an example that predicts what it says.
pub fn of(model: &Model, options: &Options, example: &Example) -> String {
    let (name, provenance, signature) = (&options.name, model.provenance(), model.signature());
    let targets = signature.targets.iter().map(|target| markdown(target)).collect::<Vec<_>>().join(", ");
    let (row, answer) = (script(&example.row).replace("\\u002f", "/"), script(&example.answer).replace("\\u002f", "/"));
    let mut card = format!(
        "# {name}\n\nPredicts {targets}. Everything runs where it is called: no server, no data leaves the device.\n\n\
         ```sh\nnpm install {name}\n```\n```js\nimport {{ load }} from \"{name}\";\n\nconst model = await load();\n\
         model.{}({row});\n// {answer}\n```\n\n\
         It works in browsers, bundlers, Node, Deno, Bun and edge workers. Wrong input is an `EdgeletError` that says where, what \
         was expected and what was found; `assertRow(value)` checks a row and predicts nothing.\n",
        example.method
    );
    if options.cdn {
        card += &format!(
            "\nWithout a bundler, from one file (under CSP with `'wasm-unsafe-eval'`):\n\n```html\n<script type=\"module\">\n  \
             import {{ load }} from \"https://cdn.jsdelivr.net/npm/{name}@{}/cdn.js\";\n</script>\n```\n",
            options.version
        );
    }
    if let Some(address) = &options.address {
        card += &format!("\nThe model is fetched from <{address}>, and its SHA-256 is checked.\n");
    }
    card += "\n## Features\n| feature | values | in training |\n|---|---|---|\n";
    for (i, input) in signature.inputs.iter().enumerate() {
        let mut values = match &input.kind {
            InputKind::Numeric | InputKind::Unbounded => "number".to_owned(),
            InputKind::Text => "text".to_owned(),
            InputKind::Date => "date".to_owned(),
            InputKind::Categorical { categories, .. } => {
                let listed: Vec<_> = categories.iter().take(LISTED).map(|label| markdown(&label.to_string())).collect();
                listed.join(", ") + if categories.len() > LISTED { ", …" } else { "" }
            }
        };
        if input.missing == Missing::Accepted {
            values += "; may be missing: `null`";
        }
        let range = options.ranges.get(i).copied().flatten();
        let range = range.map_or(String::new(), |range| range.ends(&input.kind).join(" to "));
        card += &format!("| {} | {values} | {range} |\n", markdown(&input.name));
    }
    card += "\n## Where it comes from\n";
    if !provenance.framework.is_empty() {
        let [framework, version, estimator] =
            [&provenance.framework, &provenance.version, &provenance.estimator].map(|text| markdown(text));
        let rows = provenance.rows.map_or(String::new(), |rows| format!(", trained on {rows} rows"));
        card += &format!("{estimator} of {framework} {version}{rows}.\n");
    }
    if !provenance.metrics.is_empty() {
        card += "\n| metric | rows | value |\n|---|---|---|\n";
    }
    for metric in &provenance.metrics {
        card += &format!("| {} | {} | {} |\n", markdown(&metric.name), markdown(&metric.split), shown(metric.value));
    }
    let count = model.tests().rows(signature.inputs.len());
    card += &format!(
        "\nMade by [edgelet](https://www.npmjs.com/package/edgelet) {}; the wasm gave the model's own numbers, bit for bit, for \
         {count} test rows when it was made. The scripts and the wasm are edgelet's, under MIT or Apache-2.0.\n",
        env!("CARGO_PKG_VERSION")
    );
    card
}

/// A number for people.
fn shown(x: f64) -> String {
    quoted(&Value::from(x))
}

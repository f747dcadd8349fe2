//! What the cards of all packages say.

use super::Options;
use super::escape::markdown;
use super::labels::quoted;
use crate::model::Provenance;

/// How it is loaded without a bundler, and where the model is fetched from.
pub fn loading(options: &Options) -> String {
    let (name, mut card) = (&options.name, String::new());
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
    card
}

/// Where a model comes from, and how good it was found to be.
pub fn origin(provenance: &Provenance) -> String {
    let mut card = "\n## Where it comes from\n".to_owned();
    if !provenance.framework.is_empty() {
        let [framework, version, estimator] =
            [&provenance.framework, &provenance.version, &provenance.estimator].map(|text| markdown(text));
        let rows = provenance.rows.map_or(String::new(), |rows| format!(", trained on {rows} rows"));
        let framework = [framework, version].join(" ");
        card += &format!("{estimator} of {}{rows}.\n", framework.trim_end());
    }
    if !provenance.metrics.is_empty() {
        card += "\n| metric | rows | value |\n|---|---|---|\n";
    }
    for metric in &provenance.metrics {
        card += &format!(
            "| {} | {} | {} |\n",
            markdown(&metric.name),
            markdown(&metric.split),
            quoted(&metric.value.into())
        );
    }
    card
}

/// Who made it, and what the wasm gave then.
pub fn made(gave: &str) -> String {
    format!(
        "\nMade by [edgelet](https://www.npmjs.com/package/edgelet) {}; the wasm gave {gave} when it was made. The scripts and the wasm \
         are edgelet's, under MIT or Apache-2.0.\n",
        env!("CARGO_PKG_VERSION")
    )
}

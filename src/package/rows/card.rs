//! README.md: the card of a model of rows.

use super::example::Example;
use crate::model::{InputKind, Missing, Model};
use crate::package::escape::{markdown, script};
use crate::package::{Options, card};

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
    card += &card::loading(options);
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
    card += &card::origin(provenance);
    let count = model.tests().rows(signature.inputs.len());
    card + &card::made(&format!("the model's own numbers, bit for bit, for {count} test rows"))
}

//! README.md: the card of a network.

use super::types::shown_port;
use crate::model::Labels;
use crate::network::{Network, Preprocessing};
use crate::package::escape::{markdown, script};
use crate::package::{Options, card};

/// How many labels a card lists.
const LISTED: usize = 24;

/// The card.
pub fn of(network: &Network, options: &Options) -> String {
    let name = &options.name;
    let mut card = format!(
        "# {name}\n\nA neural network. Everything runs where it is called: no server, no data leaves the device.\n\n\
         ```sh\nnpm install {name}\n```\n```js\nimport {{ load }} from \"{name}\";\n\nconst model = await load();\n{}\n```\n\n\
         It works in browsers, bundlers, Node, Deno, Bun and edge workers. Wrong input is an `EdgeletError` that says where, what \
         was expected and what was found; `assertInputs(value)` checks what goes in and runs nothing.\n",
        example(network)
    );
    card += &card::loading(options);
    card += "\n## What goes in\n| input | tensor | also |\n|---|---|---|\n";
    for (i, port) in network.inputs().iter().enumerate() {
        let made_by = network.preprocessing().iter().find(|found| found.made().contains(&i));
        let also = match made_by {
            None => String::new(),
            Some(made) if made.input() != i => {
                format!("made with the texts of {}", markdown(&network.inputs()[made.input()].name))
            }
            Some(Preprocessing::Image { .. }) => {
                "a picture, or several: a canvas, an `ImageData`, an `ImageBitmap`, bytes".into()
            }
            Some(Preprocessing::Text { .. }) => "a text, or several".into(),
            Some(Preprocessing::Audio { audio, .. }) => {
                format!("a sound, or several: an `AudioBuffer`, or samples, {} a second", audio.rate)
            }
        };
        card += &format!("| {} | {} | {also} |\n", markdown(&port.name), markdown(&shown_port(port)));
    }
    card += "\n## What comes out\n| output | tensor |\n|---|---|\n";
    for (port, _) in network.outputs() {
        card += &format!("| {} | {} |\n", markdown(&port.name), markdown(&shown_port(port)));
    }
    if let Some(classes) = network.classes() {
        card += &format!("\nIts labels: {}.\n", listed(classes));
    }
    card += &card::origin(network.provenance());
    let proved = match network.examples().tensors.len() {
        0 => "zeros".to_owned(),
        1 => "1 example".to_owned(),
        count => format!("{count} examples"),
    };
    card + &card::made(&format!("the network's own numbers, bit for bit, for {proved}"))
}

/// How it is called.
fn example(network: &Network) -> String {
    let quoted = |text: &str| script(&text.into()).replace("\\u002f", "/");
    let mut given = Vec::new();
    for (i, port) in network.inputs().iter().enumerate() {
        let made_by = network.preprocessing().iter().find(|found| found.made().contains(&i));
        let what = match made_by {
            Some(made) if made.input() != i => continue,
            Some(Preprocessing::Image { .. }) => "picture",
            Some(Preprocessing::Text { .. }) => "text",
            Some(Preprocessing::Audio { .. }) => "sound",
            None => "{ data, shape }",
        };
        given.push((quoted(&port.name), what));
    }
    match (&given[..], network.classes()) {
        ([(_, what)], Some(_)) if *what != "{ data, shape }" => {
            format!("model.classify({what}); // [{{ label, score }}, …]")
        }
        (given, classes) => {
            let inputs: Vec<String> = given.iter().map(|(name, what)| format!("{name}: {what}")).collect();
            let method = if classes.is_some() { "classify" } else { "run" };
            let made = match classes {
                Some(_) => "[[{ label, score }, …]]".to_owned(),
                None => {
                    let each =
                        network.outputs().iter().map(|(port, _)| format!("{}: {{ data, shape }}", quoted(&port.name)));
                    format!("{{ {} }}", each.collect::<Vec<_>>().join(", "))
                }
            };
            format!("model.{method}({{ {} }}); // {made}", inputs.join(", "))
        }
    }
}

fn listed(classes: &Labels) -> String {
    let listed: Vec<_> = classes.iter().take(LISTED).map(|label| markdown(&label.to_string())).collect();
    listed.join(", ") + if classes.len() > LISTED { ", …" } else { "" }
}

//! index.d.ts: what goes in and comes out, and the labels, as types.

use crate::network::{Dim, Dtype, Network, Port, Preprocessing};
use crate::package::escape::script;
use crate::package::labels::union;
use crate::package::{Options, declarations};

/// The types of `edgelet/tensors`, some of which a package has too.
const TENSORS: &str = include_str!("../../../pkg-template/tensors.d.ts");

/// The declarations.
pub fn of(network: &Network, options: &Options) -> String {
    let mut types = format!(
        "// {} {}: made by edgelet from the network's schema.\n\n/** What goes in. */\nexport interface Inputs {{\n",
        options.name, options.version
    );
    for (i, port) in network.inputs().iter().enumerate() {
        let made_by = network.preprocessing().iter().find(|found| found.made().contains(&i));
        let own = made_by.filter(|found| found.input() == i);
        let mut known = described(port);
        let mut taken = vec![given(port)];
        match own {
            Some(Preprocessing::Image { .. }) => taken.extend(["Picture".into(), "readonly Picture[]".into()]),
            Some(Preprocessing::Text { .. }) => taken.extend(["Sentence".into(), "readonly Sentence[]".into()]),
            Some(Preprocessing::Audio { audio, .. }) => {
                known += &format!(" A sound has {} samples a second, or says how many.", audio.rate);
                taken.extend(["Sound".into(), "readonly Sound[]".into()]);
            }
            None => {}
        }
        let mut optional = "";
        if let (Some(maker), None) = (made_by, own) {
            let maker = quoted(&network.inputs()[maker.input()].name);
            known += &format!(" Left out where {maker} is given as texts: it is made with them.");
            optional = "?";
        }
        types += &format!("  /** {known} */\n  {}{optional}: {};\n", quoted(&port.name), taken.join(" | "));
    }
    types += "}\n\n/** What comes out. */\nexport interface Outputs {\n";
    for (port, _) in network.outputs() {
        let (elements, dtype) = (array(port.dtype), port.dtype.name());
        types += &format!("  /** {} */\n  {}: Tensor<\"{dtype}\", {elements}>;\n", described(port), quoted(&port.name));
    }
    types += "}\n";
    types += TENSOR;
    let takes = |kind: &dyn Fn(&Preprocessing) -> bool| network.preprocessing().iter().any(kind);
    let examples: Vec<&str> = [
        ("Picture", takes(&|found| matches!(found, Preprocessing::Image { .. }))),
        ("Sentence", takes(&|found| matches!(found, Preprocessing::Text { .. }))),
        ("Sound", takes(&|found| matches!(found, Preprocessing::Audio { .. }))),
    ]
    .iter()
    .filter(|(_, is_taken)| *is_taken)
    .map(|(name, _)| *name)
    .collect();
    let has_pages = examples.iter().any(|example| *example != "Sentence");
    let declared = ["Dtype", "Port", "Schema"].iter().chain(has_pages.then_some(&"Dom")).chain(&examples);
    for name in declared {
        types += "\n";
        types += declaration(name);
        types += "\n";
    }
    if let Some(classes) = network.classes() {
        types += &format!("\n/** A label. */\nexport type Class = {};\n", union(classes, false));
        types += "\n/** A label with its score: that number of the first output. */\nexport interface Ranked {\n  label: Class;\n  score: number;\n}\n";
    }
    types += "\nexport class Model {\n  private constructor();\n  readonly schema: Schema;\n  \
              /** Runs it. Throws an {@link EdgeletError} for an input that is missing, unknown or of another type or shape. */\n  \
              run(inputs: Inputs): Outputs;\n";
    if network.classes().is_some() {
        types += "  /** Runs it and returns the labels of the highest scores, the highest first: 5, or `top` of them, for each example. */\n";
        types += &classify(&examples);
    }
    types += "  /** Gives its memory back. Any later call throws `disposed`. */\n  dispose(): void;\n  [Symbol.dispose](): void;\n}\n";
    types += declarations::LOAD;
    types += "\n/** Throws what `run` would throw before it runs anything, if a value is not what goes in. */\n\
              export function assertInputs(inputs: unknown): asserts inputs is Inputs;\n";
    types += declarations::ERROR;
    types +=
        &format!("\nexport const classes: {};\n", if network.classes().is_some() { "Class[]" } else { "undefined" });
    types + "export const schema: Schema;\n/** The package's version. */\nexport const version: string;\n"
}

/// How `classify` is called: with one example or several of what the network takes, or with all its inputs.
fn classify(examples: &[&str]) -> String {
    let (options, mut calls) = ("options?: { top?: number }", String::new());
    let mut many = "Inputs".to_owned();
    if !examples.is_empty() {
        let each = examples.join(" | ");
        calls += &format!("  classify(given: {each}, {options}): Ranked[];\n");
        many += &format!(" | readonly ({each})[]");
    }
    calls + &format!("  classify(inputs: {many}, {options}): Ranked[][];\n")
}

/// What a port holds, in words.
fn described(port: &Port) -> String {
    // Names of dimensions are a stranger's, and this stands in a comment.
    format!("{}.", script(&shown_port(port).into()).trim_matches('"'))
}

/// What a port holds, as people read it.
pub fn shown_port(port: &Port) -> String {
    format!("{} {}", port.dtype.name(), port.shown_shape())
}

/// The tensors that an input takes.
fn given(port: &Port) -> String {
    let is_fixed = port.shape.as_ref().is_some_and(|shape| shape.iter().all(|dim| matches!(dim, Dim::Fixed(_))));
    let elements = match port.dtype {
        Dtype::Text => "readonly string[]".to_owned(),
        dtype => format!("{} | readonly (number | bigint | boolean)[]", array(dtype)),
    };
    if is_fixed { format!("Given<{elements}> | {elements}") } else { format!("Given<{elements}>") }
}

/// The array that has a type's elements.
fn array(dtype: Dtype) -> &'static str {
    match dtype {
        Dtype::F32 | Dtype::F16 | Dtype::BF16 => "Float32Array",
        Dtype::F64 => "Float64Array",
        Dtype::I8 => "Int8Array",
        Dtype::I16 => "Int16Array",
        Dtype::I32 => "Int32Array",
        Dtype::I64 => "BigInt64Array",
        Dtype::U8 | Dtype::Bool => "Uint8Array",
        Dtype::U16 => "Uint16Array",
        Dtype::U32 => "Uint32Array",
        Dtype::U64 => "BigUint64Array",
        Dtype::Text => "string[]",
    }
}

fn quoted(name: &str) -> String {
    script(&name.into())
}

/// A declaration of `edgelet/tensors`, with what is said of it.
fn declaration(name: &str) -> &'static str {
    let heads = [format!("type {name} "), format!("type {name}<"), format!("interface {name} ")];
    let declares = |block: &&str| heads.iter().any(|head| block.contains(head));
    TENSORS.split("\n\n").find(declares).unwrap_or_default().trim_end()
}

const TENSOR: &str = "
/** A tensor that goes in: its elements row after row. */
export interface Given<Elements> {
  data: Elements;
  shape: readonly number[];
}

/** A tensor that came out, in memory of its own. */
export interface Tensor<Type extends Dtype, Elements> {
  dtype: Type;
  shape: number[];
  data: Elements;
}
";

#[cfg(test)]
mod tests {
    use super::declaration;

    #[test]
    fn what_is_taken_over_is_declared_by_edgelet_tensors() {
        for name in ["Dtype", "Port", "Schema", "Dom", "Picture", "Sentence", "Sound"] {
            let found = declaration(name);
            assert!(
                found.contains(&format!("type {name}")) || found.contains(&format!("interface {name} {{")),
                "{name}"
            );
        }
    }
}

//! index.d.ts: the features, their categories and the classes as types.

use crate::model::{Input, InputKind, Method, Missing, Model, Unknown};
use crate::package::labels::{quoted, union};
use crate::package::{Options, Range, declarations};

/// The declarations.
pub fn of(model: &Model, options: &Options) -> String {
    let signature = model.signature();
    let (name, text) = (&options.name, signature.inputs.len() == 1 && signature.inputs[0].kind == InputKind::Text);
    let mut types = format!("// {name} {}: made by edgelet from the model's schema.\n\n", options.version);
    types += "/** One row: every feature by name. */\nexport interface Row {\n";
    for (i, input) in signature.inputs.iter().enumerate() {
        let known = known(input, options.ranges.get(i).copied().flatten());
        if !known.is_empty() {
            types += &format!("  /** {} */\n", known.join(" "));
        }
        let missing = if input.missing == Missing::Accepted { " | null" } else { "" };
        let kind = match &input.kind {
            InputKind::Numeric | InputKind::Unbounded => "number | boolean".to_owned(),
            InputKind::Text => "string".to_owned(),
            InputKind::Date => "Date | string | number".to_owned(),
            InputKind::Categorical { categories, unknown } => union(categories, *unknown == Unknown::Accepted),
        };
        types += &format!("  {}: {kind}{missing};\n", quoted(&input.name.as_str().into()));
    }
    types += "}\n";
    let (one, many) = match &signature.classes[..] {
        [] if signature.targets.len() == 1 => ("number".to_owned(), "Float64Array".to_owned()),
        [] => ("Float64Array".to_owned(), "Float64Array".to_owned()),
        [classes] => {
            types += &format!("\n/** A class. */\nexport type Class = {};\n", union(classes, false));
            ("Class".to_owned(), "Class[]".to_owned())
        }
        targets => {
            let each: Vec<_> = targets.iter().map(|classes| union(classes, false)).collect();
            types += &format!("\n/** A class of each target. */\nexport type Classes = [{}];\n", each.join(", "));
            ("Classes".to_owned(), "Classes[]".to_owned())
        }
    };
    let class = match &signature.classes[..] {
        [] => "undefined",
        [_] => "Class[]",
        _ => "undefined",
    };
    types += SHAPES;
    if signature.outputs.iter().any(|output| output.method == Method::PredictProba) {
        types += match &signature.classes[..] {
            [_] => PROBABILITIES,
            _ => TARGET_PROBABILITIES,
        };
    }
    types += "\nexport class Model {\n  private constructor();\n  readonly schema: Schema;\n  /** The features, in the order of a row. */\n";
    types += &format!(
        "  readonly featureNames: readonly (keyof Row)[];\n  readonly classes: {class};\n  readonly targets: Target[];\n"
    );
    for output in &signature.outputs {
        let (names, one, many): (&[&str], &str, &str) = match output.method {
            Method::Predict => (&["predict"], &one, &many),
            Method::PredictProba => (&["predictProba", "predict_proba"], "Probabilities", "Probabilities"),
            Method::DecisionFunction => (&["decisionFunction", "decision_function"], "Values", "Values"),
            Method::Transform => (&["transform"], "Values", "Values"),
        };
        for name in names {
            types += &format!("\n  {name}(row: Row | RowValues | Numbers): {one};\n");
            types += &format!("  {name}(rows: readonly Row[] | readonly RowValues[] | Columns): {many};\n");
            types += &format!(
                "  /** Rows of numbers, one after another; a category is its index. */\n  {name}(rows: Numbers | readonly number[], options: {{ rows: number }}): {many};\n"
            );
            if text {
                types += &format!("  {name}(text: string): {one};\n  {name}(texts: readonly string[]): {many};\n");
            }
        }
    }
    types += "\n  /** Gives its memory back. Any later call throws `disposed`. */\n  dispose(): void;\n  [Symbol.dispose](): void;\n}\n";
    types += declarations::LOAD;
    types += ASSERT_ROW;
    types += declarations::ERROR;
    types += &format!("\nexport const featureNames: readonly (keyof Row)[];\nexport const classes: {class};\n");
    types
        + "export const targets: Target[];\nexport const schema: Schema;\n/** The package's version. */\nexport const version: string;\n"
}

/// What is known of a feature beside its type, in sentences.
fn known(input: &Input, range: Option<Range>) -> Vec<String> {
    let range = range.map(|range| format!("In training from {}.", range.ends(&input.kind).join(" to ")));
    let date = (input.kind == InputKind::Date)
        .then(|| "A text is ISO 8601, in UTC where it names no offset; a number, milliseconds since 1970.".to_owned());
    let accepts_unknown = matches!(input.kind, InputKind::Categorical { unknown: Unknown::Accepted, .. });
    let unknown = accepts_unknown.then(|| "Another category than these is taken as unknown.".to_owned());
    let missing = (input.missing == Missing::Accepted).then(|| "`null` where it is not known.".to_owned());
    date.into_iter().chain(range).chain(unknown).chain(missing).collect()
}

const SHAPES: &str = "
/** The values of a row, in the order of `featureNames`. */
export type RowValues = readonly Row[keyof Row][];

/** Columns by name, all of one length. */
export type Columns = { [Name in keyof Row]: ArrayLike<Row[Name]> };

/** Numbers in the order of `featureNames`; a category as its index. */
export type Numbers = Float64Array | Float32Array | Int32Array | Uint32Array | Int16Array | Uint16Array | Int8Array | Uint8Array;

/** Rows × width numbers, row after row. Of one row the shape is `[width]`. */
export interface Values {
  values: Float64Array;
  shape: number[];
}

export interface Target {
  name: string;
  classes: (string | number | boolean)[] | undefined;
}

export interface Schema {
  inputs: {
    name: keyof Row;
    type: \"numeric\" | \"categorical\" | \"text\" | \"date\";
    categories?: (string | number | boolean)[];
    missing: boolean;
    unknown: boolean;
  }[];
  targets: string[];
  classes: (string | number | boolean)[] | (string | number | boolean)[][] | undefined;
  outputs: { method: \"predict\" | \"predict_proba\" | \"decision_function\" | \"transform\"; width: number }[];
}
";

const PROBABILITIES: &str = "
/** Rows × classes probabilities, row after row. Of one row the shape is `[classes]`. */
export interface Probabilities {
  classes: Class[];
  probabilities: Float64Array;
  shape: number[];
}
";

const TARGET_PROBABILITIES: &str = "
/** The probabilities of each target's classes. */
export interface Probabilities {
  targets: { name: string; classes: (string | number | boolean)[]; probabilities: Float64Array; shape: number[] }[];
}
";

const ASSERT_ROW: &str = "
/** Throws what predicting would throw if a value is no row. */
export function assertRow(row: unknown): asserts row is Row;
";

//! Pickles, joblib's files and skops' files, against what Python itself would take the same objects apart into.

use edgelet::import::pickle::{Array, Document, Item, read};
use edgelet::import::skops;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use tempfile::TempDir;

mod hostile;
mod in_skops;

/// The folder with the cases, made once.
static CASES: LazyLock<TempDir> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = TempDir::new().expect("a folder");
    let script = root.join("tests/fixtures/import/make_pickles.py");
    let made = Command::new(root.join("target/venv/bin/python")).arg(script).arg(folder.path()).output();
    let Output { status, stderr, .. } = made.expect("`cargo xtask setup` has installed Python's packages");
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    folder
});

const PICKLES: &[&str] = &["pkl", "joblib"];

fn files_of(case: &str, extensions: &[&str]) -> Vec<PathBuf> {
    let entries = fs::read_dir(CASES.path().join(case)).expect("a case");
    let files = entries.map(|entry| entry.expect("a file").path());
    files.filter(|file| extensions.contains(&file.extension().and_then(|x| x.to_str()).expect("one"))).collect()
}

fn document(path: &Path) -> Document {
    let bytes = fs::read(path).expect("a file");
    let read = if path.extension().is_some_and(|extension| extension == "skops") { skops::read } else { read };
    read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().expect("texts").iter().map(|text| text.as_str().expect("a text").to_owned()).collect()
}

fn numbers(value: &Value) -> Vec<usize> {
    value.as_array().expect("numbers").iter().map(|number| number.as_u64().expect("a number") as usize).collect()
}

fn pairs(value: &Value) -> Vec<usize> {
    value.as_array().expect("pairs").iter().flat_map(numbers).collect()
}

fn bits(value: f64) -> String {
    format!("{:016x}", value.to_bits())
}

/// How two walks through the same objects are compared: each of Python's nodes meets one of the reader's items.
struct Walk<'a> {
    name: String,
    nodes: &'a [Value],
    met: HashMap<usize, usize>,
    waiting: Vec<(usize, Item<'a>)>,
    /// The functions of Python's, in whose place skops has the class itself.
    instead: &'a [&'a str],
}

impl<'a> Walk<'a> {
    /// The number of nodes compared.
    fn compare(name: String, nodes: &'a [Value], root: Item<'a>, instead: &'a [&'a str]) -> usize {
        let mut walk = Walk { name, nodes, met: HashMap::new(), waiting: vec![(0, root)], instead };
        while let Some((number, item)) = walk.waiting.pop() {
            let node = &nodes[number];
            let kind = node[0].as_str().expect("a kind");
            match walk.met.insert(number, item.id()) {
                // The same object is the same item; but equal tuples, texts and arrays may be written again.
                Some(id) if matches!(kind, "list" | "dict" | "instance") => assert_eq!(id, item.id(), "{walk}"),
                Some(_) => {}
                None => walk.node(kind, node, item),
            }
        }
        walk.met.len()
    }

    fn node(&mut self, kind: &str, node: &Value, item: Item<'a>) {
        let place = format!("{self}: {node:.300}: {item:?}");
        let text = || node[1].as_str().expect("a text");
        match kind {
            "none" => assert!(item.is_none(), "{place}"),
            "bool" => assert_eq!(item.as_bool(), node[1].as_bool(), "{place}"),
            "int" => match text().parse() {
                Ok(value) => assert_eq!(item.as_i64(), Some(value), "{place}"),
                Err(_) => assert_eq!(item.kind(), "an integer beyond 64 bits", "{place}"),
            },
            "float" => assert_eq!(item.as_f64().map(bits).as_deref(), Some(text()), "{place}"),
            "text" => assert_eq!(item.as_str(), Some(text()), "{place}"),
            "bytes" => {
                let hex: String = item.as_bytes().expect(&place).iter().map(|byte| format!("{byte:02x}")).collect();
                assert_eq!(hex, text(), "{place}");
            }
            "list" | "tuple" | "set" => self.all(&place, numbers(&node[1]), item.items().expect(&place)),
            "dict" => self.entries(&place, pairs(&node[1]), item),
            "dtype" => assert_eq!(item.dtype(), Some(text()), "{place}"),
            "global" => {
                assert!(item.is_global(), "{place}");
                assert_eq!(item.class(), Some((text(), node[2].as_str().expect("a name"))), "{place}");
            }
            "array" => self.array(&place, &node[1], item.array().expect(&place), Some(item)),
            "scalar" => self.scalar(&place, &node[1], item),
            "instance" => self.instance(&place, &node[1], item),
            other => panic!("{other}"),
        }
    }

    fn all(&mut self, place: &str, numbers: Vec<usize>, items: Vec<Item<'a>>) {
        assert_eq!(numbers.len(), items.len(), "{place}");
        self.waiting.extend(numbers.into_iter().zip(items));
    }

    fn entries(&mut self, place: &str, numbers: Vec<usize>, item: Item<'a>) {
        let entries = item.entries().unwrap_or_default();
        for (key, value) in &entries {
            let found = key.as_str().map(|key| item.get(key).expect(place).id());
            assert!(found.is_none_or(|found| found == value.id()), "{place}");
        }
        self.all(place, numbers, entries.into_iter().flat_map(|(key, value)| [key, value]).collect());
    }

    fn instance(&mut self, place: &str, expected: &Value, item: Item<'a>) {
        assert_eq!(item.kind(), "an instance", "{place}");
        let number = expected["class"].as_u64().expect("a class") as usize;
        let class = &self.nodes[number];
        self.met.entry(number).or_insert(item.id());
        if class[2].as_str().is_some_and(|name| self.instead.contains(&name)) {
            let module = item.class().expect(place).0;
            assert!(module.starts_with("sklearn.") || module.starts_with("numpy."), "{place}");
            return;
        }
        let named = item.class().map(|(module, name)| Value::from(vec!["global", module, name]));
        assert_eq!(named.as_ref(), Some(class), "{place}");
        self.all(place, numbers(&expected["arguments"]), item.arguments());
        let items = if expected["items"].as_array().is_some_and(Vec::is_empty) { None } else { item.items() };
        self.all(place, numbers(&expected["items"]), items.unwrap_or_default());
        self.entries(place, pairs(&expected["entries"]), item);
        let state = expected["state"].as_u64();
        self.all(place, state.iter().map(|&state| state as usize).collect(), item.state().into_iter().collect());
        for (key, value) in item.state().and_then(Item::entries).unwrap_or_default() {
            let key = key.as_str().expect(place);
            assert_eq!(item.attribute(key).expect(place).id(), value.id(), "{place}");
        }
    }

    fn scalar(&mut self, place: &str, expected: &Value, item: Item<'a>) {
        self.array(place, expected, item.scalar().expect(place), None);
        let truth = expected["dtype"] == "|b1";
        let float = expected["floats"][0].as_str().filter(|_| !truth);
        assert_eq!(item.as_f64().map(bits).as_deref(), float, "{place}");
        let integer = expected["integers"][0].as_str().filter(|_| !truth).map(|integer| integer.parse().expect(place));
        assert_eq!(item.as_i64(), integer, "{place}");
        assert_eq!(item.as_bool().is_some(), truth, "{place}");
    }

    fn array(&mut self, place: &str, expected: &Value, array: &Array, item: Option<Item<'a>>) {
        assert_eq!(array.shape(), numbers(&expected["shape"]), "{place}");
        assert_eq!(array.dtype(), expected["dtype"], "{place}");
        let floats = array.floats().map(|floats| floats.into_iter().map(bits).collect());
        assert_eq!(floats, expected.get("floats").map(texts), "{place}");
        let integers = array.integers().map(|integers| integers.iter().map(i64::to_string).collect());
        assert_eq!(integers, expected.get("integers").map(texts), "{place}");
        assert_eq!(array.texts(), expected.get("texts").map(texts), "{place}");
        assert_eq!(array.is_object(), expected.get("items").is_some(), "{place}");
        if let (Some(items), Some(item)) = (expected.get("items"), item) {
            self.all(place, numbers(items), item.items().expect(place));
        }
        let fields = expected.get("fields").and_then(Value::as_object);
        assert_eq!(array.fields().count(), fields.map_or(0, |fields| fields.len()), "{place}");
        for (name, expected) in fields.into_iter().flatten() {
            self.array(&format!("{place}: {name}"), expected, &array.field(name).expect(place), None);
        }
    }
}

impl std::fmt::Display for Walk<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

/// Compares the files of a case with these extensions; how many there are, and how many nodes each has.
fn compare(case: &str, extensions: &[&str], instead: &[&str]) -> (usize, usize) {
    let expected = fs::read(CASES.path().join(case).join("expected.json")).expect("a file");
    let expected: Value = serde_json::from_slice(&expected).expect("JSON");
    let nodes = expected.as_array().expect("nodes");
    let files = files_of(case, extensions);
    for file in &files {
        let document = document(file);
        let met = Walk::compare(file.display().to_string(), nodes, document.root(), instead);
        // All of them, but for what is behind a call that skops does not have.
        assert!(if instead.is_empty() { met == nodes.len() } else { met > nodes.len() / 2 }, "{case}: {met}");
    }
    (files.len(), nodes.len())
}

#[test]
fn python_objects_are_read_as_python_reads_them() {
    assert_eq!(compare("python", PICKLES, &[]).0, 14);
    assert_eq!(compare("old", PICKLES, &[]).0, 4);
    assert_eq!(compare("objects", PICKLES, &[]).0, 8);
}

#[test]
fn arrays_are_read_to_the_bit() {
    assert_eq!(compare("arrays", PICKLES, &[]).0, 14);
}

#[test]
fn fitted_estimators_are_read_whatever_they_are() {
    for case in ["forest", "histogram", "pipeline", "words", "svc", "neighbors", "process", "scaler"] {
        let (files, nodes) = compare(case, PICKLES, &[]);
        assert!(files == 14 && nodes > 15, "{case}: {files} files of {nodes} nodes");
    }
}

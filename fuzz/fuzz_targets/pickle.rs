//! Arbitrary bytes as a pickle and as a file of skops: an error or a tree, all of which can be asked for, never a panic.
#![no_main]

use edgelet::import::pickle::{self, Array, Document, Item};
use edgelet::import::skops;
use libfuzzer_sys::fuzz_target;
use std::collections::HashSet;

fuzz_target!(|bytes: &[u8]| {
    for document in [pickle::read(bytes), skops::read(bytes)].iter().flatten() {
        walk(document);
    }
});

fn walk(document: &Document) {
    let (mut waiting, mut met) = (vec![document.root()], HashSet::new());
    while let Some(item) = waiting.pop() {
        if met.insert(item.id()) {
            visit(item);
            waiting.extend(item.items().into_iter().flatten());
            waiting.extend(item.entries().into_iter().flatten().flat_map(|(key, value)| [key, value]));
            waiting.extend(item.arguments());
            waiting.extend(item.state().into_iter().chain(item.keywords()));
        }
    }
    for (module, name) in document.globals() {
        assert!(module != "__builtin__" && name.len() <= u32::MAX as usize);
    }
}

fn visit(item: Item<'_>) {
    let _ = (item.kind(), item.class(), item.is_global(), item.attribute("data"), item.get("data"), item.dtype());
    let _ = (item.as_bool(), item.as_i64(), item.as_f64(), item.as_str(), item.as_bytes(), item.is_none());
    for array in item.array().into_iter().chain(item.scalar()) {
        elements(array);
        // Not the columns of columns: records may share their columns many times over.
        array.fields().for_each(|name| elements(&array.field(name).expect("a column of this name")));
    }
}

fn elements(array: &Array) {
    for count in [array.floats().map(|all| all.len()), array.integers().map(|all| all.len()), array.texts().map(|all| all.len())] {
        assert!(count.is_none_or(|count| count == array.len()));
    }
}

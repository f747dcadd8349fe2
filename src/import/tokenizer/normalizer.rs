//! What a text becomes before it is cut: `normalizer` of a tokenizer.json.

use super::characters::{self, Becomes};
use super::pattern;
use super::reader::{Part, Reader};
use crate::network::tokenizer::Step;

/// Steps in the making: what happens to characters one by one is put together.
struct Steps<'a> {
    reader: &'a mut Reader,
    steps: Vec<Step>,
    waiting: Vec<Becomes>,
}

/// The steps of a normalizer; what is not known goes to the blockers.
pub fn steps(normalizer: &Part<'_>, reader: &mut Reader) -> Vec<Step> {
    let mut steps = Steps { reader, steps: Vec::new(), waiting: Vec::new() };
    steps.read(normalizer);
    steps.close();
    steps.steps
}

impl Steps<'_> {
    fn read(&mut self, part: &Part<'_>) {
        let is = |name: &str, or: bool| part.get(name).is_some_and(|value| value.as_bool().unwrap_or(or));
        match part.kind() {
            "BertNormalizer" => {
                let lower = is("lowercase", false);
                if is("clean_text", false) {
                    self.waiting.push(characters::cleaned);
                }
                if is("handle_chinese_chars", false) {
                    let set = self.reader.set(characters::chinese());
                    self.push(Step::Space(set));
                }
                if part.get("strip_accents").map_or(lower, |value| value.as_bool().unwrap_or(lower)) {
                    self.decompose(characters::decomposed);
                    self.waiting.push(characters::without_accents);
                }
                if lower {
                    self.waiting.push(characters::lower);
                }
            }
            "Lowercase" => self.waiting.push(characters::lower),
            "StripAccents" => self.waiting.push(characters::without_marks),
            "NFD" => self.decompose(characters::decomposed),
            "NFKD" => self.decompose(characters::decomposed_compatibly),
            "NFC" => self.compose(characters::decomposed),
            "NFKC" => self.compose(characters::decomposed_compatibly),
            "Strip" => {
                let spaces = self.reader.spaces();
                self.push(Step::Strip(spaces, is("strip_left", false), is("strip_right", false)));
            }
            "Prepend" => match part.text("prepend") {
                Some(text) => self.push(Step::Prepend { text: text.to_owned(), once: false, first: false }),
                None => self.reader.refuse(part, "no text to prepend"),
            },
            "Replace" => self.replace(part),
            "Sequence" => self.reader.sequence(part, "normalizers").iter().for_each(|part| self.read(part)),
            kind => self.reader.refuse(part, format!("a normalizer {kind}")),
        }
    }

    fn replace(&mut self, part: &Part<'_>) {
        let Some(content) = part.text("content") else {
            return self.reader.refuse(part, "no text to put in place");
        };
        let found = pattern::of(part, self.reader).unwrap_or_else(|| Err("no text to look for".into()));
        match found {
            Ok(pattern) => self.push(Step::Replace(pattern, content.to_owned())),
            Err(why) => self.reader.refuse(part, why),
        }
    }

    fn decompose(&mut self, becomes: Becomes) {
        self.push(Step::Letters);
        self.waiting.push(becomes);
        self.reader.needs_marks = true;
        self.push(Step::Order);
    }

    fn compose(&mut self, becomes: Becomes) {
        self.decompose(becomes);
        self.push(Step::Compose(characters::pairs()));
    }

    fn push(&mut self, step: Step) {
        self.close();
        self.steps.push(step);
    }

    /// What waits becomes a step.
    fn close(&mut self) {
        if !self.waiting.is_empty() {
            self.steps.push(Step::Fold(characters::folds(&self.waiting)));
            self.waiting.clear();
        }
    }
}

//! How a text is cut into words: `pre_tokenizer` of a tokenizer.json.

use super::characters::{class, is_punctuation, ranges};
use super::pattern::{self, GPT2, literal, one_of};
use super::reader::{Part, Reader};
use crate::kernel::text::Ranges;
use crate::network::tokenizer::{Cut, Part as Run, Pattern, Step};

/// The steps of a pre-tokenizer; what is not known goes to the blockers. `is_as_given`: nothing was done with the text before.
pub fn steps(part: &Part<'_>, is_as_given: bool, reader: &mut Reader) -> Vec<Step> {
    let one = |characters: Ranges, cut: Cut, reader: &mut Reader| {
        Step::Split(one_of(characters, &mut |set| reader.set(set)), cut)
    };
    let spaces = || ranges(char::is_whitespace);
    match part.kind() {
        "BertPreTokenizer" => {
            vec![one(spaces(), Cut::Removed, reader), one(ranges(is_punctuation), Cut::Isolated, reader)]
        }
        "WhitespaceSplit" => vec![one(spaces(), Cut::Removed, reader)],
        "Whitespace" => {
            let run = |characters: &str| class(characters).map(|set| vec![Run::Run(reader.set(set), 1, None)]);
            let alternatives = [r"\w", r"[^\w\s]"].into_iter().filter_map(run).collect();
            vec![Step::Split(Pattern(alternatives), Cut::Kept)]
        }
        "Punctuation" => match part.text("behavior").map_or(Some(Cut::Isolated), cut) {
            Some(cut) => vec![one(ranges(is_punctuation), cut, reader)],
            None => refused(part, "a behavior that is not known", reader),
        },
        "Digits" => {
            let cut = if part.is("individual_digits") { Cut::Isolated } else { Cut::Contiguous };
            vec![one(ranges(char::is_numeric), cut, reader)]
        }
        "CharDelimiterSplit" => match part.text("delimiter") {
            Some(delimiter) => vec![Step::Split(literal(delimiter, &mut |set| reader.set(set)), Cut::Removed)],
            None => refused(part, "no delimiter", reader),
        },
        "ByteLevel" => {
            let mut steps = Vec::new();
            if part.is("add_prefix_space") {
                steps.push(Step::Prepend { text: " ".into(), once: true, first: false });
            }
            // Files from before there was a choice do not say it.
            if part.get("use_regex").is_none_or(|value| value.as_bool() == Some(true)) {
                match pattern::parse(GPT2, &mut |set| reader.set(set)) {
                    Ok(pattern) => steps.push(Step::Split(pattern, Cut::Isolated)),
                    Err(why) => reader.refuse(part, why),
                }
            }
            steps.push(Step::Bytes);
            steps
        }
        "Metaspace" => metaspace(part, is_as_given, reader),
        "Split" => split(part, reader),
        "Sequence" => {
            let mut all = Vec::new();
            for (i, part) in reader.sequence(part, "pretokenizers").iter().enumerate() {
                all.extend(steps(part, is_as_given && i == 0, reader));
            }
            all
        }
        kind => refused(part, &format!("a pre-tokenizer {kind}"), reader),
    }
}

fn refused(part: &Part<'_>, why: &str, reader: &mut Reader) -> Vec<Step> {
    reader.refuse(part, why);
    Vec::new()
}

/// Words that begin with a mark in the place of the space before them.
fn metaspace(part: &Part<'_>, is_as_given: bool, reader: &mut Reader) -> Vec<Step> {
    let Some(mark) = part.text("replacement").filter(|mark| mark.chars().count() == 1) else {
        return refused(part, "no character in the place of spaces", reader);
    };
    let (space, marks) = (literal(" ", &mut |set| reader.set(set)), literal(mark, &mut |set| reader.set(set)));
    let mut steps = vec![Step::Replace(space, mark.to_owned())];
    let never = part.get("add_prefix_space").and_then(|value| value.as_bool()) == Some(false);
    match part.text("prepend_scheme").unwrap_or("always") {
        _ if never => {}
        "never" => {}
        // Which piece is the first is known as long as its characters are those that were given.
        "first" if !is_as_given => {
            reader.refuse(part, "prepend_scheme \"first\" after a normalizer or other pre-tokenizers")
        }
        scheme => steps.push(Step::Prepend { text: mark.to_owned(), once: true, first: scheme == "first" }),
    }
    if part.get("split").is_none_or(|value| value.as_bool() == Some(true)) {
        steps.push(Step::Split(marks, Cut::WithNext));
    }
    steps
}

/// Pieces where a text or a regular expression is found, or between those places.
fn split(part: &Part<'_>, reader: &mut Reader) -> Vec<Step> {
    let pattern = pattern::of(part, reader).unwrap_or_else(|| Err("no pattern".into()));
    let cut = match (part.text("behavior").and_then(cut), part.is("invert")) {
        (Some(Cut::Removed), true) => Ok(Cut::Kept),
        (Some(Cut::WithPrevious | Cut::WithNext), true) => Err("a behavior that is inverted"),
        (Some(cut), _) => Ok(cut),
        (None, _) => Err("a behavior that is not known"),
    };
    match (pattern, cut) {
        (Ok(pattern), Ok(cut)) => vec![Step::Split(pattern, cut)],
        (Err(why), _) => refused(part, &why, reader),
        (_, Err(why)) => refused(part, why, reader),
    }
}

fn cut(behavior: &str) -> Option<Cut> {
    Some(match behavior {
        "Removed" => Cut::Removed,
        "Isolated" => Cut::Isolated,
        "Contiguous" => Cut::Contiguous,
        "MergedWithPrevious" => Cut::WithPrevious,
        "MergedWithNext" => Cut::WithNext,
        _ => return None,
    })
}

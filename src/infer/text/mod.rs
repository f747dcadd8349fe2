//! Texts become the tensors that a network was trained on: the same ids, masks and types as the library `tokenizers` makes.

mod added;
mod pairs;
mod pattern;
mod steps;
mod words;

use crate::error::{Error, Kind, Result};
use crate::infer::cast::cast;
use crate::kernel::text::{Ranges, Set};
use crate::network::tensor::count;
use crate::network::tokenizer::{Cutting, Padding, Segment, Step, Tokens, Truncation};
use crate::network::{Beside, Data, Dtype, Port, Tensor, Tokenizer};
use added::Added;
use pairs::Merging;
use steps::{MAX_BYTES, Pieces, Steps};
use words::{WordPiece, Words};

/// A text, or two that belong together: a question and a passage.
pub type Text<'a> = (&'a str, Option<&'a str>);

/// Makes tensors of texts.
pub struct Encoder {
    input: usize,
    beside: Beside,
    sets: Vec<Set>,
    marks: Vec<(u32, u32, u8)>,
    found: Added,
    found_later: Added,
    normalize: Steps,
    divide: Steps,
    model: Model,
    single: Vec<Segment>,
    pair: Vec<Segment>,
    truncation: Option<Truncation>,
    padding: Option<Padding>,
}

enum Model {
    WordPiece(WordPiece),
    Pairs(Merging),
}

/// What one text, or two, becomes: tokens and the text that each is of.
#[derive(Default)]
struct Row {
    ids: Vec<u32>,
    types: Vec<u32>,
}

/// What an input takes of each token.
#[derive(Clone, Copy)]
enum Numbers {
    Ids,
    Mask,
    Types,
    Positions,
}

impl Encoder {
    /// Lays out a tokenizer that was checked.
    pub fn new(input: u32, beside: Beside, tokenizer: Tokenizer) -> Self {
        let (later, first) = tokenizer.added.into_iter().partition(|added| added.is_normalized);
        Self {
            input: input as usize,
            beside,
            sets: tokenizer.sets.into_iter().map(Set::new).collect(),
            marks: tokenizer.marks,
            found: Added::new(first, tokenizer.around),
            found_later: Added::new(later, tokenizer.around),
            normalize: Steps::new(tokenizer.normalize),
            divide: Steps::new(tokenizer.divide),
            model: match tokenizer.model {
                Tokens::WordPiece { known, prefix, most, unknown } => {
                    Model::WordPiece(WordPiece { words: Words::new(&known), prefix, most, unknown })
                }
                Tokens::Pairs(pairs) => Model::Pairs(Merging::new(pairs)),
            },
            single: tokenizer.single,
            pair: tokenizer.pair,
            truncation: tokenizer.truncation,
            padding: tokenizer.padding,
        }
    }

    /// Which input takes the ids.
    pub fn input(&self) -> usize {
        self.input
    }

    /// The tensors of a batch of texts, each with the input that it goes into.
    ///
    /// # Errors
    /// [`Kind::WrongShape`] for texts that are not equally long where nothing fills them up, or that cannot be cut to the most
    /// tokens; [`Kind::LimitExceeded`] for a text that is too long to be looked at; and what the inputs do not take.
    pub fn tensors(&self, texts: &[Text<'_>], ports: &[Port]) -> Result<Vec<(usize, Tensor)>> {
        let row = |(i, text): (usize, &Text<'_>)| self.row(text).map_err(|error| error.within(&format!("[{i}]")));
        let rows = texts.iter().enumerate().map(row).collect::<Result<Vec<Row>>>()?;
        let length = self.length(&rows)?;
        let padding = self.padding.unwrap_or(Padding { least: None, multiple: 0, id: 0, kind: 0, at_start: false });
        let Beside { mask, types, positions } = self.beside;
        let made = [
            (Some(self.input as u32), Numbers::Ids),
            (mask, Numbers::Mask),
            (types, Numbers::Types),
            (positions, Numbers::Positions),
        ];
        let shape = vec![rows.len(), length];
        let elements = count(&shape)?;
        let mut tensors = Vec::new();
        for (input, what) in made {
            let Some(input) = input else { continue };
            let mut numbers = Vec::with_capacity(elements);
            for row in &rows {
                let before = if padding.at_start { length - row.ids.len() } else { 0 };
                for at in 0..length {
                    let token = at.checked_sub(before).filter(|&at| at < row.ids.len());
                    numbers.push(match (what, token) {
                        (Numbers::Ids, Some(at)) => i64::from(row.ids[at]),
                        (Numbers::Ids, None) => i64::from(padding.id),
                        (Numbers::Mask, token) => i64::from(token.is_some()),
                        (Numbers::Types, Some(at)) => i64::from(row.types[at]),
                        (Numbers::Types, None) => i64::from(padding.kind),
                        (Numbers::Positions, _) => at as i64,
                    });
                }
            }
            let port = &ports[input as usize];
            let tensor = Tensor::new(Dtype::I64, shape.clone(), Data::I64(numbers))?;
            let tensor = cast(&tensor, port.dtype)?;
            port.check(&tensor)?;
            tensors.push((input as usize, tensor));
        }
        Ok(tensors)
    }

    /// How long all rows become.
    fn length(&self, rows: &[Row]) -> Result<usize> {
        let longest = rows.iter().map(|row| row.ids.len()).max().unwrap_or(0);
        let Some(Padding { least, multiple, .. }) = self.padding else {
            return match rows.iter().find(|row| row.ids.len() != longest) {
                None => Ok(longest),
                Some(row) => Err(Error::new(
                    Kind::WrongShape,
                    "texts",
                    format!("texts of {longest} tokens all"),
                    format!("one of {}", row.ids.len()),
                )
                .hint("The tokenizer fills up no batch: pass texts one by one, or import it with --tokenizer-set pad=TOKEN.")),
            };
        };
        let length = least.map_or(longest, |least| least as usize);
        let length = length.next_multiple_of((multiple as usize).max(1));
        if longest > length {
            let found = format!("a text of {longest}");
            return Err(Error::new(Kind::WrongShape, "texts", format!("at most {length} tokens"), found)
                .hint("Cut the text, or import the tokenizer with --tokenizer-set max-length=N."));
        }
        Ok(length)
    }

    /// A text between the tokens that belong around it.
    fn row(&self, (text, second): &Text<'_>) -> Result<Row> {
        let mut ids = self.ids(text)?;
        let mut others = second.map(|second| self.ids(second)).transpose()?;
        let segments = if second.is_some() { &self.pair } else { &self.single };
        if let Some(truncation) = &self.truncation {
            truncate(truncation, Segment::around(segments), &mut ids, others.as_mut())?;
        }
        let mut row = Row::default();
        for segment in segments {
            let (ids, kind) = match segment {
                Segment::Text(false, kind) => (&ids[..], kind),
                Segment::Text(true, kind) => (others.as_deref().unwrap_or_default(), kind),
                Segment::Tokens(ids, kind) => (&ids[..], kind),
            };
            row.ids.extend_from_slice(ids);
            row.types.resize(row.ids.len(), *kind);
        }
        Ok(row)
    }

    /// The tokens of a text.
    fn ids(&self, text: &str) -> Result<Vec<u32>> {
        if text.len() > MAX_BYTES {
            let found = format!("{} bytes", text.len());
            return Err(Error::new(Kind::LimitExceeded, "text", format!("at most {MAX_BYTES} bytes"), found));
        }
        let pieces = self.found.split(Pieces::of(text), &self.sets);
        let pieces = self.normalize.done(pieces, &self.sets, &self.marks)?;
        let pieces = self.found_later.split(pieces, &self.sets);
        let pieces = self.divide.done(pieces, &self.sets, &self.marks)?;
        let mut ids = Vec::new();
        for piece in &pieces.list {
            match (piece.token, &self.model) {
                (Some(token), _) => ids.push(token),
                (None, Model::WordPiece(model)) => model.add(&pieces.text[piece.start..piece.end], &mut ids),
                (None, Model::Pairs(model)) => model.add(&pieces.text[piece.start..piece.end], &mut ids),
            }
        }
        Ok(ids)
    }
}

/// What texts become before they are cut, without the rest of a tokenizer.
pub struct Normalizer<'a> {
    steps: Steps,
    sets: Vec<Set>,
    marks: &'a [(u32, u32, u8)],
}

impl<'a> Normalizer<'a> {
    /// Lays out the steps.
    pub fn new(steps: &[Step], sets: &[Ranges], marks: &'a [(u32, u32, u8)]) -> Self {
        Self { steps: Steps::new(steps.to_vec()), sets: sets.iter().cloned().map(Set::new).collect(), marks }
    }

    /// What a text becomes.
    ///
    /// # Errors
    /// [`Kind::LimitExceeded`] for a text that would become too long.
    pub fn done(&self, text: &str) -> Result<String> {
        Ok(self.steps.done(Pieces::of(text), &self.sets, self.marks)?.text)
    }
}

/// Cuts one text, or two, to as many tokens as there may be beside those around them.
fn truncate(
    truncation: &Truncation,
    around: usize,
    ids: &mut Vec<u32>,
    mut second: Option<&mut Vec<u32>>,
) -> Result<()> {
    let Truncation { most, of, from_start } = *truncation;
    let short = |found: usize| {
        let expected = format!("a text that can be cut to {most} tokens, with those around it");
        Err(Error::new(Kind::WrongShape, "text", expected, format!("one of {found} tokens")))
    };
    let Some(most) = (most as usize).checked_sub(around) else { return short(ids.len()) };
    let keep = |ids: &mut Vec<u32>, count: usize| {
        if from_start {
            ids.drain(..ids.len().saturating_sub(count));
        } else {
            ids.truncate(count);
        }
    };
    let others = second.as_ref().map_or(0, |second| second.len());
    let Some(over) = (ids.len() + others).checked_sub(most).filter(|over| *over > 0 || most == 0) else {
        return Ok(());
    };
    if most == 0 {
        keep(ids, 0);
        second.into_iter().for_each(|second| keep(second, 0));
        return Ok(());
    }
    match (of, second.as_mut()) {
        (Cutting::Longest, None) => keep(ids, most),
        (Cutting::Longest, Some(second)) => {
            let (shorter, is_first_longer) = (ids.len().min(others), ids.len() > others);
            let (mut shorter, mut longer) =
                if shorter > most { (shorter, shorter) } else { (shorter, shorter.max(most - shorter)) };
            if shorter + longer > most {
                shorter = most / 2;
                longer = shorter + most % 2;
            }
            let (first, other) = if is_first_longer { (longer, shorter) } else { (shorter, longer) };
            keep(ids, first);
            keep(second, other);
        }
        (Cutting::First, _) if ids.len() > over => keep(ids, ids.len() - over),
        (Cutting::Second, Some(second)) if others > over => keep(second, others - over),
        _ => return short(ids.len() + others),
    }
    Ok(())
}

//! The feature columns: from a table to encoded rows, as the model's signature says.

use super::dates::{self, Dated};
use super::matrix::Matrix;
use super::options::Options;
use super::parameters::{Given, tables::TEXTS};
use super::prepare::{self, Preparation};
use super::target::{find, index};
use super::texts::{Settings, Texts};
use crate::error::{Error, Kind, Result};
use crate::format::limits::MAX_LABELS;
use crate::kernel::text::TextList;
use crate::model::{Input, InputKind, Labels, Missing};
use crate::native::data::{Column, Table, Values};
use std::collections::HashSet;

/// The most categories of a column where nobody says that it is one of categories.
const MAX_CATEGORIES: usize = 1000;
/// From this many distinct texts on, a column with (nearly) one for each row is taken for names or prose.
const MIN_NEARLY_UNIQUE: usize = 30;
/// From this many words of a text on, on average, it is prose.
const WORDS_OF_PROSE: usize = 3;
/// The most bytes of a text that a model carries to prove itself with.
const MAX_PROOF: usize = 1000;

/// The features of a table.
pub struct Features {
    /// One for each column that is learned from.
    pub inputs: Vec<Input>,
    /// The rows, encoded.
    pub rows: Matrix,
    /// The columns of texts among them.
    pub texts: Texts,
    /// The rows with the parts of dates, where some are.
    dated: Option<Dated>,
    /// What was decided that one may want otherwise.
    pub notes: Vec<String>,
}

impl Features {
    /// Encodes every column but the target and the dropped ones.
    ///
    /// # Errors
    /// [`Kind::BadRows`], [`Kind::NotFinite`] or [`Kind::LimitExceeded`], mostly naming a column that cannot be learned from;
    /// [`Kind::BadTarget`] or [`Kind::BadOption`] for options that name no such column, or do not fit it.
    pub fn read(table: &Table, options: &Options) -> Result<Self> {
        for name in &options.drop {
            find(table, name).map_err(|error| error.within("--drop"))?;
        }
        let is_feature = |column: &&Column| {
            let name = &column.name;
            options.target.as_ref() != Some(name)
                && !options.drop.contains(name)
                && options.roles.columns().all(|role| role != name)
        };
        let said = [("--text", &options.texts), ("--categorical", &options.categories), ("--date", &options.dates)];
        for (option, names) in said {
            for name in names {
                let column = find(table, name).map_err(|error| error.within(option))?;
                let is_twice = said.iter().filter(|(_, names)| names.contains(name)).count() > 1;
                if !is_feature(&column) || is_twice {
                    let expected = "a column to learn from, named by one option";
                    return Err(Error::new(Kind::BadOption, option, expected, format!("{name:?}")));
                }
            }
        }
        let columns: Vec<&Column> = table.columns.iter().filter(is_feature).collect();
        if columns.is_empty() {
            let others: Vec<_> = table.columns.iter().map(|column| format!("{:?}", column.name)).collect();
            let found = format!("only {}", others.join(", "));
            return Err(Error::new(Kind::BadRows, "columns", "at least 1 column to learn from", found));
        }
        let mut settings = Given::default();
        for (name, text) in &options.text_set {
            settings.set("--text-set", "a text column", TEXTS, (name, text))?;
        }
        let mut texts = Texts::new(Settings::of(settings.of(TEXTS)));
        let (mut inputs, mut encoded, mut notes) = (Vec::new(), Vec::new(), Vec::new());
        for column in columns {
            if column.values.is_missing() {
                return Err(refuse(column, Kind::BadRows, "at least 1 value", "only missing values".into()));
            }
            let (kind, values) = if let Some(dates) = dates::of_column(column, options, &mut notes)? {
                (InputKind::Date, dates)
            } else if let Some(values) = prose(column, options, &mut notes)? {
                (InputKind::Text, texts.add(inputs.len(), &column.name, values)?)
            } else {
                encode(column, options)?
            };
            let missing = if values.iter().any(|x| x.is_nan()) { Missing::Accepted } else { Missing::Refused };
            inputs.push(Input { name: column.name.clone(), kind, missing });
            encoded.push(values);
        }
        if texts.is_empty() && !options.text_set.is_empty() {
            let expected = "columns of texts: --text COL";
            return Err(Error::new(Kind::BadOption, "--text-set", expected, "none"));
        }
        let values = (0..table.rows).flat_map(|row| encoded.iter().map(move |column| column[row])).collect();
        let rows = Matrix { values, width: inputs.len() };
        let dated = Dated::of(&inputs, &rows)?;
        Ok(Self { inputs, rows, texts, dated, notes })
    }

    /// What fits take, and the rows of it: the encoded ones, or, where there are dates, those with their parts.
    pub fn taken(&self) -> (&[Input], &Matrix) {
        match &self.dated {
            Some(dated) => (&dated.inputs, &dated.rows),
            None => (&self.inputs, &self.rows),
        }
    }

    /// The first steps of a model: those to what fits take.
    pub fn begin(&self) -> Preparation {
        let mut preparation = Preparation::none();
        if let Some(dated) = &self.dated {
            preparation.value = dated.lay(&mut preparation);
        }
        preparation
    }

    /// Learns from the rows `picks` how to prepare such rows, and prepares them, but for their texts.
    ///
    /// # Errors
    /// If inputs and graph make no sound model: two inputs of one name.
    pub fn prepare(&self, picks: &[usize], settings: prepare::Settings) -> Result<(Preparation, Matrix)> {
        let (inputs, rows) = self.taken();
        let mut preparation = self.begin();
        preparation.learn(inputs, &rows.pick(picks), settings);
        let prepared = preparation.apply(&self.inputs, &self.rows.pick(picks))?;
        Ok((preparation, prepared))
    }

    /// Encoded rows with only the texts that they hold.
    pub fn with_texts(&self, rows: &Matrix) -> (Vec<f64>, TextList) {
        self.with_cut_texts(rows, usize::MAX)
    }

    /// The same with texts as long as a model carries them to prove itself.
    pub fn proof(&self, rows: &Matrix) -> (Vec<f64>, TextList) {
        self.with_cut_texts(rows, MAX_PROOF)
    }

    fn with_cut_texts(&self, rows: &Matrix, most: usize) -> (Vec<f64>, TextList) {
        let (mut values, mut texts) = (rows.values.clone(), TextList::default());
        if !self.texts.is_empty() {
            for (place, input) in values.iter_mut().zip(self.inputs.iter().cycle()) {
                if input.kind == InputKind::Text && !place.is_nan() {
                    let text = self.texts.all.get(*place as usize).unwrap_or_default();
                    texts.push(&text[..text.floor_char_boundary(most)]);
                    *place = (texts.len() - 1) as f64;
                }
            }
        }
        (values, texts)
    }
}

/// The texts of a column that is one of texts: it is named so, or holds too many for categories, of several words each.
fn prose<'a>(column: &'a Column, options: &Options, notes: &mut Vec<String>) -> Result<Option<&'a [Option<String>]>> {
    let name = &column.name;
    let is_named = options.texts.contains(name);
    let Values::Texts(values) = &column.values else {
        if is_named {
            return Err(refuse(column, Kind::BadRows, "texts, for --text", column.values.type_name().into()));
        }
        return Ok(None);
    };
    if is_named {
        return Ok(Some(values));
    }
    let distinct: HashSet<&str> = values.iter().flatten().map(String::as_str).collect();
    let present = values.iter().flatten().count();
    let words: usize = values.iter().flatten().map(|text| text.split_whitespace().count()).sum();
    if options.categories.contains(name) || !are_many(distinct.len(), present) || words < WORDS_OF_PROSE * present {
        return Ok(None);
    }
    notes.push(format!(
        "column {name:?} is taken as text, for the words in it: {} different texts in {present} rows; --drop it if it only \
         names rows, or say --categorical {name:?}",
        distinct.len()
    ));
    Ok(Some(values))
}

fn encode(column: &Column, options: &Options) -> Result<(InputKind, Vec<f64>)> {
    let is_named = options.categories.contains(&column.name);
    let categorical = |(categories, indices): (Labels, Vec<f64>)| {
        (InputKind::Categorical { categories, unknown: options.unknown }, indices)
    };
    let (kind, values) = match &column.values {
        Values::Texts(values) => {
            let (categories, indices) = index(values, Labels::Strings);
            if !is_named {
                check_categories(column, categories.len(), values.iter().flatten().count())?;
            }
            categorical((categories, indices))
        }
        Values::Integers(values) if is_named => categorical(index(values, Labels::Integers)),
        Values::Booleans(values) if is_named => categorical(index(values, Labels::Booleans)),
        Values::Numbers(_) | Values::Dates(_) if is_named => {
            let expected = "texts, whole numbers or truth values, for --categorical";
            let is_date = matches!(column.values, Values::Dates(_));
            let found = if is_date { "dates" } else { "numbers with fractions" };
            return Err(refuse(column, Kind::BadRows, expected, found.into()));
        }
        values => (InputKind::Numeric, values.numbers().unwrap_or_default()),
    };
    if let InputKind::Categorical { categories, .. } = &kind
        && categories.len() > MAX_LABELS
    {
        let found = format!("{} different values", categories.len());
        return Err(refuse(column, Kind::LimitExceeded, "at most 65536 categories", found));
    }
    if let Some(row) = values.iter().position(|x| x.is_infinite()) {
        let error =
            Error::new(Kind::NotFinite, format!("{:?}", column.name), "finite numbers", values[row].to_string());
        return Err(error.within(&format!("row {row}")).hint("Leave it empty if it is not known."));
    }
    Ok((kind, values))
}

/// Whether texts are too many, or too rarely the same, to be categories.
fn are_many(distinct: usize, present: usize) -> bool {
    distinct > MAX_CATEGORIES || distinct >= MIN_NEARLY_UNIQUE && distinct * 10 > present * 9
}

fn check_categories(column: &Column, distinct: usize, present: usize) -> Result<()> {
    if !are_many(distinct, present) {
        return Ok(());
    }
    let name = &column.name;
    let found = format!("{distinct} different texts in {present} rows");
    let error = refuse(column, Kind::BadRows, "texts that repeat, or of several words", found);
    Err(error.hint(format!(
        "Leave it out with --drop {name:?}, or say what it is: --text {name:?} for its words, --categorical {name:?}."
    )))
}

fn refuse(column: &Column, kind: Kind, expected: &'static str, found: String) -> Error {
    let name = &column.name;
    Error::new(kind, format!("column {name:?}"), expected, found).hint(format!("Leave it out with --drop {name:?}."))
}

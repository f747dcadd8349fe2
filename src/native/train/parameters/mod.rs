//! Hyper-parameters, by scikit-learn's names, with its meanings and defaults: what one may be, and what is given for a family's.
//! [`tables`] lists them.

pub mod tables;

use crate::error::{Error, Kind, Result};
use std::collections::BTreeMap;

/// How alike two names must be for one to be meant by the other, from 0 to 1.
const SIMILAR: f64 = 0.5;

/// A hyper-parameter of a family.
#[derive(Debug)]
pub struct Parameter {
    /// Its name in scikit-learn.
    pub name: &'static str,
    /// What it is where nobody says, as it is written.
    pub default: &'static str,
    /// What may be written.
    pub takes: Takes,
}

/// What a hyper-parameter may be.
#[derive(Debug)]
pub enum Takes {
    /// A whole number of at least that many.
    Whole(usize),
    /// The same, or `auto`.
    WholeOrAuto(usize),
    /// Whole numbers from 1 to that many, joined by `x` or commas: `64x32`.
    Wholes(usize),
    /// The same, or `auto`.
    WholesOrAuto(usize),
    /// A whole number from the one to the other.
    Between(usize, usize),
    /// The same, or `none` for no limit.
    WholeOrNone(usize),
    /// A number that is finite.
    Number,
    /// A number that is finite and at least 0.
    AtLeast0,
    /// The same, or one of these words.
    AtLeast0Or(&'static [&'static str]),
    /// A number that is finite and above 0.
    Above0,
    /// A number from 0 to 1.
    Share,
    /// A number from 0 to below 1.
    Rest,
    /// A number between 0 and 1.
    Inside,
    /// A number above 0 and at most 1.
    Part,
    /// A number above 0 and at most 1, or a whole number of columns, or `sqrt` or `log2` of their number.
    Columns,
    /// One of these words.
    Words(&'static [&'static str]),
    /// Two whole numbers from 1 to 5, the second not below the first.
    Lengths,
    /// A whole number of at least 1, or a share of the variance between 0 and 1, or `none` for all directions.
    Components,
    /// Columns with the direction that the answer must not go against as each grows: `age:1,price:-1`; or `none`.
    Directions,
}

impl Takes {
    /// What is expected, in words.
    fn expected(&self) -> String {
        match self {
            Takes::Whole(least) => format!("a whole number of at least {least}"),
            Takes::WholeOrAuto(least) => format!("a whole number of at least {least}, or auto"),
            Takes::Wholes(most) => format!("whole numbers from 1 to {most}, such as 64 or 64x32"),
            Takes::WholesOrAuto(most) => format!("auto, or whole numbers from 1 to {most}, such as 16x32"),
            Takes::Between(least, most) => format!("a whole number from {least} to {most}"),
            Takes::WholeOrNone(least) => format!("a whole number of at least {least}, or none"),
            Takes::Number => "a number".into(),
            Takes::AtLeast0 => "a number of at least 0".into(),
            Takes::AtLeast0Or(words) => format!("{} or a number of at least 0", words.join(", ")),
            Takes::Above0 => "a number above 0".into(),
            Takes::Share => "a number from 0 to 1".into(),
            Takes::Rest => "a number from 0 to below 1".into(),
            Takes::Inside => "a number between 0 and 1".into(),
            Takes::Part => "a number above 0 and at most 1".into(),
            Takes::Columns => {
                "sqrt, log2, a share such as 0.5 (1.0 for all columns) or a whole number of columns".into()
            }
            Takes::Words(words) => words.join(", "),
            Takes::Lengths => "two whole numbers from 1 to 5: 1,2".into(),
            Takes::Components => "a whole number, a share of the variance such as 0.95, or none".into(),
            Takes::Directions => "none, or columns with 1 or -1: age:1,price:-1".into(),
        }
    }

    fn takes(&self, text: &str) -> bool {
        let number = text.parse::<f64>().ok().filter(|x| x.is_finite());
        let is_whole = |least: usize| text.parse::<u32>().is_ok_and(|x| x as usize >= least);
        match self {
            Takes::Whole(least) => is_whole(*least),
            Takes::WholeOrAuto(least) => text == "auto" || is_whole(*least),
            Takes::Wholes(most) => wholes(text).is_some_and(|all| all.iter().all(|x| (1..=*most).contains(x))),
            Takes::WholesOrAuto(most) => text == "auto" || Takes::Wholes(*most).takes(text),
            Takes::Between(least, most) => is_whole(*least) && !is_whole(*most + 1),
            Takes::WholeOrNone(least) => text == "none" || is_whole(*least),
            Takes::Number => number.is_some(),
            Takes::AtLeast0 => number.is_some_and(|x| x >= 0.0),
            Takes::AtLeast0Or(words) => words.contains(&text) || number.is_some_and(|x| x >= 0.0),
            Takes::Above0 => number.is_some_and(|x| x > 0.0),
            Takes::Share => number.is_some_and(|x| (0.0..=1.0).contains(&x)),
            Takes::Rest => number.is_some_and(|x| (0.0..1.0).contains(&x)),
            Takes::Inside => number.is_some_and(|x| x > 0.0 && x < 1.0),
            Takes::Part => number.is_some_and(|x| x > 0.0 && x <= 1.0),
            Takes::Columns => {
                matches!(text, "sqrt" | "log2") || is_whole(1) || number.is_some_and(|x| x > 0.0 && x <= 1.0)
            }
            Takes::Components => text == "none" || is_whole(1) || number.is_some_and(|x| x > 0.0 && x < 1.0),
            Takes::Words(words) => words.contains(&text),
            Takes::Lengths => {
                matches!(text.as_bytes(), [least @ b'1'..=b'5', b',', most @ b'1'..=b'5'] if least <= most)
            }
            Takes::Directions => text == "none" || directions(text).is_some(),
        }
    }
}

/// `64x32` or `64,32`, taken apart.
fn wholes(text: &str) -> Option<Vec<usize>> {
    text.split(['x', ',']).map(|part| part.trim().parse().ok()).collect()
}

/// `age:1,price:-1`, taken apart. A name may hold colons, but no commas.
fn directions(text: &str) -> Option<Vec<(&str, i8)>> {
    let of_column = |part| {
        let (name, direction): (&str, &str) = str::rsplit_once(part, ':')?;
        let direction = direction.parse().ok().filter(|direction| (-1..=1).contains(direction))?;
        Some((name, direction))
    };
    text.split(',').map(of_column).collect()
}

/// What is given for a family's hyper-parameters; the others have their defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Given(BTreeMap<&'static str, String>);

impl Given {
    /// Takes a value for a hyper-parameter, as an option of the command line gives it.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a name that the family does not have, and for a value that it does not take.
    pub fn set(
        &mut self,
        option: &'static str,
        family: &str,
        has: &'static [Parameter],
        (name, text): (&str, &str),
    ) -> Result<()> {
        let parameter =
            has.iter().find(|parameter| parameter.name == name).ok_or_else(|| unknown(family, option, has, name))?;
        if !parameter.takes.takes(text) {
            let at = format!("{option} {name}");
            return Err(Error::new(Kind::BadOption, at, parameter.takes.expected(), format!("{text:?}")));
        }
        self.0.insert(parameter.name, text.to_owned());
        Ok(())
    }

    /// Those that are given, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().map(|(name, text)| (*name, text.as_str()))
    }

    /// With the estimator's name, as scikit-learn writes it: `Ridge(alpha=10)`; only the name if nothing is given.
    pub fn card(&self, estimator: &str) -> String {
        let given: Vec<String> = self.iter().map(|(name, text)| format!("{name}={text}")).collect();
        if given.is_empty() { estimator.to_owned() } else { format!("{estimator}({})", given.join(", ")) }
    }

    /// With the family's name, as people read it: `ridge (alpha=10)`; only the name if nothing is given.
    pub fn label(&self, family: &str) -> String {
        let given: Vec<String> = self.iter().map(|(name, text)| format!("{name}={}", short(text))).collect();
        if given.is_empty() { family.to_owned() } else { format!("{family} ({})", given.join(", ")) }
    }

    /// The values of a family, given or by default.
    pub fn of(&self, has: &'static [Parameter]) -> Values<'_> {
        Values { given: self, has }
    }
}

/// The values of a family's hyper-parameters. They were checked when they were given, so reading cannot fail.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    given: &'a Given,
    has: &'static [Parameter],
}

impl<'a> Values<'a> {
    /// As it is written.
    pub fn word(self, name: &str) -> &'a str {
        let default = || self.has.iter().find(|parameter| parameter.name == name).map_or("", |it| it.default);
        self.given.0.get(name).map_or_else(default, String::as_str)
    }

    /// A number.
    pub fn number(self, name: &str) -> f64 {
        self.word(name).parse().unwrap_or_default()
    }

    /// A whole number.
    pub fn whole(self, name: &str) -> usize {
        self.word(name).parse().unwrap_or_default()
    }

    /// Whole numbers.
    pub fn wholes(self, name: &str) -> Vec<usize> {
        wholes(self.word(name)).unwrap_or_default()
    }

    /// A whole number, or no limit.
    pub fn whole_or_none(self, name: &str) -> Option<usize> {
        self.word(name).parse().ok()
    }

    /// The direction for each of those columns, 0 for those that are not named.
    ///
    /// # Errors
    /// [`Kind::BadOption`] for a column that is not among them.
    pub fn directions(self, name: &str, columns: &[&str]) -> Result<Vec<i8>> {
        let mut found = vec![0; columns.len()];
        for (column, direction) in directions(self.word(name)).unwrap_or_default() {
            let place = columns.iter().position(|known| *known == column).ok_or_else(|| {
                let expected = "names of columns that hold numbers to learn from";
                Error::new(Kind::BadOption, format!("--set {name}"), expected, format!("{column:?}"))
            })?;
            found[place] = direction;
        }
        Ok(found)
    }
}

/// A number with at most four significant digits; what is no number as it is.
fn short(text: &str) -> String {
    match text.parse::<f64>() {
        Ok(x) if text.len() > 6 => format!("{x:.3e}").parse::<f64>().map_or(text.into(), |rounded| rounded.to_string()),
        _ => text.into(),
    }
}

fn unknown(family: &str, option: &'static str, has: &[Parameter], name: &str) -> Error {
    let expected = match has {
        [] => format!("nothing: {family} has no hyper-parameters"),
        has => {
            let names: Vec<&str> = has.iter().map(|parameter| parameter.name).collect();
            format!("a hyper-parameter of {family}: {}", names.join(", "))
        }
    };
    let similarity = |parameter: &&Parameter| strsim::normalized_damerau_levenshtein(parameter.name, name);
    let nearest = has.iter().max_by(|a, b| similarity(a).total_cmp(&similarity(b)));
    let error = Error::new(Kind::BadOption, option, expected, format!("{name:?}"));
    match nearest.filter(|it| similarity(it) > SIMILAR) {
        Some(parameter) => error.hint(format!("Did you mean {}?", parameter.name)),
        None => error,
    }
}

//! A fitted object and what can be read of it: its class, its attributes by name and type, each error with the path that
//! leads to it (`pipeline.steps[1].coef_`).

use super::sparse;
use crate::error::{Error, Kind, Result};
use crate::import::pickle::Item;
use crate::model::{Label, Labels};
use std::cell::Cell;

/// An object of a file and the path to it.
#[derive(Clone)]
pub struct Object<'a> {
    /// The object.
    pub item: Item<'a>,
    /// How it is reached.
    pub path: String,
    /// How many numbers the file's sparse matrices may still become.
    pub dense_left: &'a Cell<usize>,
}

/// Numbers in rows of one length.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    /// How many rows there are.
    pub rows: usize,
    /// How many numbers a row has.
    pub columns: usize,
    /// Rows × columns.
    pub values: Vec<f64>,
}

impl Matrix {
    /// A row's numbers.
    pub fn row(&self, i: usize) -> &[f64] {
        &self.values[i * self.columns..][..self.columns]
    }

    /// Rows and columns exchanged.
    pub fn transposed(&self) -> Matrix {
        let values = (0..self.columns).flat_map(|j| (0..self.rows).map(move |i| self.values[i * self.columns + j]));
        Matrix { rows: self.columns, columns: self.rows, values: values.collect() }
    }
}

impl<'a> Object<'a> {
    /// The module and the name of the class; empty if it is no instance.
    pub fn class(&self) -> (&'a str, &'a str) {
        self.item.class().unwrap_or_default()
    }

    /// The name of the class.
    pub fn name(&self) -> &'a str {
        self.class().1
    }

    /// An error at this object.
    pub fn wrong(&self, expected: impl Into<String>, found: impl Into<String>) -> Error {
        Error::new(Kind::InvalidModel, self.path.clone(), expected.into(), found.into())
            .hint("Is the estimator fitted, and the file whole?")
    }

    /// A refusal of this object, with the reason.
    pub fn refused(&self, why: impl Into<String>) -> Error {
        Error::new(Kind::Unsupported, self.path.clone(), "what edgelet can reproduce", why.into())
    }

    /// An attribute, if it is there and not None.
    pub fn find(&self, name: &str) -> Option<Object<'a>> {
        let item = self.item.attribute(name).filter(|item| !item.is_none())?;
        Some(Object { item, path: format!("{}.{name}", self.path), ..*self })
    }

    /// An attribute that has to be there.
    pub fn get(&self, name: &str) -> Result<Object<'a>> {
        self.find(name).ok_or_else(|| self.wrong(format!("an attribute {name}"), "none"))
    }

    /// Whether there is such an attribute and it is not None.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn as_kind<T>(&self, expected: &str, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| self.wrong(expected, self.item.kind()))
    }

    /// It as a number.
    pub fn number(&self) -> Result<f64> {
        let alone = || self.item.array().filter(|array| array.len() == 1)?.floats()?.first().copied();
        self.as_kind("a number", self.item.as_f64().or_else(alone))
    }

    /// It as a count.
    pub fn count(&self) -> Result<usize> {
        self.as_kind("a count", self.item.as_i64().and_then(|count| usize::try_from(count).ok()))
    }

    /// It as a text.
    pub fn text(&self) -> Result<&'a str> {
        self.as_kind("a text", self.item.as_str())
    }

    /// An attribute's text; `None` if it is not there or no text.
    pub fn find_text(&self, name: &str) -> Option<&'a str> {
        self.find(name)?.item.as_str()
    }

    /// An attribute's truth; `default` if it is not there.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.find(name).and_then(|object| object.item.as_bool()).unwrap_or(default)
    }

    /// It as a list of objects.
    pub fn list(&self) -> Result<Vec<Object<'a>>> {
        let items = self.as_kind("a list", self.item.items())?;
        let object = |(i, item)| Object { item, path: format!("{}[{i}]", self.path), ..*self };
        Ok(items.into_iter().enumerate().map(object).collect())
    }

    /// It as numbers: an array of any shape, element by element, or a list of numbers, or one number.
    pub fn numbers(&self) -> Result<Vec<f64>> {
        if let Some(matrix) = sparse::dense(self)? {
            return Ok(matrix.values);
        }
        if let Some(array) = self.item.array()
            && !array.is_object()
        {
            return self.as_kind("numbers", array.floats());
        }
        match self.item.items() {
            Some(_) => self.list()?.iter().map(Object::number).collect(),
            None => Ok(vec![self.number()?]),
        }
    }

    /// It as a matrix; numbers in one dimension are one row.
    pub fn matrix(&self) -> Result<Matrix> {
        if let Some(matrix) = sparse::dense(self)? {
            return Ok(matrix);
        }
        let values = self.numbers()?;
        let (rows, columns) = match self.item.array().map(|array| array.shape()) {
            Some(&[rows, columns]) => (rows, columns),
            Some([_] | []) | None => (1, values.len()),
            Some(shape) => return Err(self.wrong("a matrix", format!("{} dimensions", shape.len()))),
        };
        Ok(Matrix { rows, columns, values })
    }

    /// It as a list of lists of numbers.
    pub fn lists(&self) -> Result<Vec<Vec<f64>>> {
        match self.item.array().filter(|array| !array.is_object()) {
            Some(_) => {
                let matrix = self.matrix()?;
                Ok((0..matrix.rows).map(|i| matrix.row(i).to_vec()).collect())
            }
            None => self.list()?.iter().map(Object::numbers).collect(),
        }
    }

    /// Whether it is a label.
    fn is(&self, label: Label<'_>) -> bool {
        match label {
            Label::String(text) => self.item.as_str() == Some(text),
            Label::Integer(number) => self.item.as_i64() == Some(number),
            Label::Float(number) => self.item.as_f64() == Some(number),
            Label::Boolean(truth) => self.item.as_bool() == Some(truth),
        }
    }

    /// Which of some classes the label at place `i` is: of an array, of a list, or it alone.
    pub fn class_at(&self, i: usize, classes: &Labels) -> Option<usize> {
        if let Ok((labels, _)) = self.labels() {
            return classes.position(labels.get(i)?);
        }
        let labels = self.list().unwrap_or_else(|_| vec![self.clone()]);
        let label = labels.get(i)?;
        classes.iter().position(|class| label.is(class))
    }

    /// It as labels in their own type; what is missing among them (NaN, None) is left out and said.
    pub fn labels(&self) -> Result<(Labels, Option<usize>)> {
        let mixed = || self.refused("labels of several types: use one type");
        let Some(array) = self.item.array() else { return Err(self.wrong("an array of labels", self.item.kind())) };
        if array.is_object() {
            let items = self.item.items().unwrap_or_default();
            let is_missing = |item: &Item<'_>| item.is_none() || item.as_f64().is_some_and(f64::is_nan);
            let missing = items.iter().position(is_missing);
            let known: Vec<Item<'_>> = items.into_iter().filter(|item| !is_missing(item)).collect();
            let all = |labels: Option<Labels>| labels.map(|labels| (labels, missing)).ok_or_else(mixed);
            if known.iter().all(|item| item.as_str().is_some()) {
                return all(known
                    .iter()
                    .map(|item| item.as_str().map(str::to_owned))
                    .collect::<Option<_>>()
                    .map(Labels::Strings));
            }
            if known.iter().all(|item| item.as_bool().is_some()) {
                return all(known.iter().map(|item| item.as_bool()).collect::<Option<_>>().map(Labels::Booleans));
            }
            if known.iter().all(|item| item.as_i64().is_some()) {
                return all(known.iter().map(|item| item.as_i64()).collect::<Option<_>>().map(Labels::Integers));
            }
            return all(known.iter().map(|item| item.as_f64()).collect::<Option<_>>().map(Labels::Floats));
        }
        if array.dtype().ends_with("b1") {
            let values = array.integers().ok_or_else(mixed)?;
            return Ok((Labels::Booleans(values.into_iter().map(|value| value != 0).collect()), None));
        }
        if let Some(values) = array.integers() {
            return Ok((Labels::Integers(values), None));
        }
        if let Some(values) = array.floats() {
            let missing = values.iter().position(|x| x.is_nan());
            return Ok((Labels::Floats(values.into_iter().filter(|x| !x.is_nan()).collect()), missing));
        }
        array.texts().map(|texts| (Labels::Strings(texts), None)).ok_or_else(mixed)
    }
}

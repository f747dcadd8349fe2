//! SciPy's sparse matrices as dense ones: by rows (`csr`), by columns (`csc`), by diagonals (`dia`); `…_matrix` and
//! `…_array`, in the module of any version.

use super::object::{Matrix, Object};
use crate::error::{Error, Kind, Result};

/// The most numbers that the sparse matrices of one file may become: a small file can claim many.
pub const MAX_NUMBERS: usize = 1 << 25;

/// The matrix that a sparse one is; `None` if the object is none. One of one dimension is one row.
///
/// # Errors
/// [`Kind::LimitExceeded`] above [`MAX_NUMBERS`] with those before; [`Kind::Unsupported`] for other kinds of matrices.
pub fn dense(object: &Object<'_>) -> Result<Option<Matrix>> {
    let (module, name) = object.class();
    if !module.starts_with("scipy.sparse") {
        return Ok(None);
    }
    let kind = name.trim_end_matches("_matrix").trim_end_matches("_array");
    if !matches!(kind, "csr" | "csc" | "dia") {
        return Err(object.refused(format!("a {name}: make it a csr_matrix")));
    }
    let shape = object.get("_shape")?.list()?.iter().map(Object::count).collect::<Result<Vec<_>>>()?;
    let (rows, columns) = match shape[..] {
        [columns] => (1, columns),
        [rows, columns] => (rows, columns),
        _ => return Err(object.wrong("a matrix", format!("{} dimensions", shape.len()))),
    };
    let values = vec![0.0; taken(object, rows, columns)?];
    let mut matrix = Matrix { rows, columns, values };
    let is_whole = match kind {
        "dia" => add_diagonals(object, &mut matrix)?,
        _ => add_lines(object, kind == "csr", &mut matrix)?,
    };
    is_whole.ok_or_else(|| object.wrong(format!("places within {rows} rows and {columns} columns"), "others"))?;
    Ok(Some(matrix))
}

/// How many numbers a matrix has, which are taken from what the file has left.
fn taken(object: &Object<'_>, rows: usize, columns: usize) -> Result<usize> {
    let left = object.dense_left.get();
    // Rows without columns are counted too: others make a number of each.
    let bound = rows.max(1).checked_mul(columns.max(1)).filter(|&bound| bound <= left).ok_or_else(|| {
        let expected = format!("at most {MAX_NUMBERS} numbers in all sparse matrices, zeros too");
        Error::new(Kind::LimitExceeded, object.path.clone(), expected, format!("{rows} rows of {columns}"))
    })?;
    object.dense_left.set(left - bound);
    Ok(rows * columns)
}

/// Adds the numbers of each row, or column; `None` if one is outside. Those at one place are added up.
fn add_lines(object: &Object<'_>, by_row: bool, matrix: &mut Matrix) -> Result<Option<()>> {
    let starts = places(object, "indptr")?;
    let (indices, data) = (places(object, "indices")?, object.get("data")?.numbers()?);
    let (lines, length) = if by_row { (matrix.rows, matrix.columns) } else { (matrix.columns, matrix.rows) };
    if starts.len() != lines + 1 {
        return Err(object.get("indptr")?.wrong(format!("{} places", lines + 1), starts.len().to_string()));
    }
    for (line, ends) in starts.windows(2).enumerate() {
        let range = ends[0]..ends[1];
        let (Some(indices), Some(data)) = (indices.get(range.clone()), data.get(range)) else { return Ok(None) };
        for (&index, x) in indices.iter().zip(data) {
            let (i, j) = if by_row { (line, index) } else { (index, line) };
            if index >= length {
                return Ok(None);
            }
            matrix.values[i * matrix.columns + j] += x;
        }
    }
    Ok(Some(()))
}

/// Adds diagonals, which lie so that a number's place in its row is its column.
fn add_diagonals(object: &Object<'_>, matrix: &mut Matrix) -> Result<Option<()>> {
    let offsets = object.get("offsets")?;
    let offsets =
        offsets.item.array().and_then(|array| array.integers()).ok_or_else(|| offsets.wrong("places", "others"))?;
    let data = object.get("data")?.matrix()?;
    if data.rows != offsets.len() {
        return Ok(None);
    }
    for (k, &offset) in offsets.iter().enumerate() {
        for (j, x) in data.row(k).iter().enumerate().take(matrix.columns) {
            let row = (j as i64).checked_sub(offset).and_then(|row| usize::try_from(row).ok());
            if let Some(i) = row.filter(|&i| i < matrix.rows) {
                matrix.values[i * matrix.columns + j] += x;
            }
        }
    }
    Ok(Some(()))
}

/// An attribute's numbers as places.
fn places(object: &Object<'_>, name: &str) -> Result<Vec<usize>> {
    let attribute = object.get(name)?;
    let integers = attribute.item.array().and_then(|array| array.integers());
    let places = integers.and_then(|all| all.into_iter().map(|place| usize::try_from(place).ok()).collect());
    places.ok_or_else(|| attribute.wrong("places", "others"))
}

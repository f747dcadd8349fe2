//! `edgelet bench`.

use super::{Folder, models};

#[test]
fn every_output_is_timed() {
    let folder = Folder::with([("codes.edgelet", &models::codes(models::texts()))]);
    let shown = folder.run(&["bench", "codes.edgelet", "--rows", "1000"]).succeeds();
    let mut lines = shown.lines();
    assert_eq!(lines.next().map(str::trim), Some("one row, ns      batch, ms           rows/s"));
    for method in ["predict", "predict_proba", "decision_function"] {
        let cells: Vec<&str> = lines.next().expect("a line").split_whitespace().collect();
        let [name, one, batch, rate] = cells[..] else { panic!("{shown}") };
        assert_eq!(name, method);
        let [one, batch, rate] = [one, batch, rate].map(|text| text.parse::<f64>().expect("a number"));
        assert!(one > 0.0 && batch > 0.0, "{shown}");
        // Of what is printed, the batch has the fewest digits: three decimals of a millisecond.
        assert!(
            (rate * batch / 1e6 - 1.0).abs() < 0.0006 / batch + 1e-3,
            "1000 rows in {batch} ms are {rate} a second"
        );
    }
    assert_eq!(lines.next(), None);
}

#[test]
fn what_cannot_be_timed_is_refused() {
    let folder = Folder::with([("line.edgelet", &models::line(4.6))]);
    for rows in ["0", "99999999999"] {
        let message = folder.run(&["bench", "line.edgelet", "--rows", rows]).fails(2, "bad_option");
        assert_eq!(message, format!("--rows: expected a number from 1 to 268435456, for this model, found {rows}"));
    }
    folder.run(&["bench", "line.edgelet", "--rows", "many"]).refuses_its_arguments();
    folder.run(&["bench", "none.edgelet"]).fails(1, "io");
}

//! `edgelet predict` over many rows: patterns, shards, outputs in buckets and folders, and how much memory it takes.

use super::conformance::block_on;
use super::servers::installed;
use super::{Program, models, s3};
use std::process::Command;

/// Three files of one table, and the table: 600,000 numbers, whose predictions are sent in two parts. The second and third
/// of `poisoned` lack a number.
const TABLES: &str = r#"
import numpy as np, os, pyarrow as pa, pyarrow.parquet as pq
x = np.random.default_rng(7).normal(size=600_000)
write = lambda x, name: pq.write_table(pa.table({"id": np.arange(len(x)), "x0": x}), name, row_group_size=70_000)
write(x, "whole.parquet")
for i, part in enumerate(np.split(x, 3)):
    os.makedirs(f"rows/day={i}")
    write(part, f"rows/day={i}/part-0.parquet")
    if i == 2: part[123_456] = np.nan
    os.makedirs(f"poisoned/day={i}")
    write(part, f"poisoned/day={i}/part-0.parquet")
"#;

fn python(program: &Program, arguments: &[&str]) -> String {
    let mut command = Command::new(installed("target/venv/bin/python"));
    let run = command.args(arguments).current_dir(program.folder.path()).output().expect("Python");
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    String::from_utf8(run.stdout).expect("UTF-8")
}

#[test]
fn many_files_are_scored_as_one_from_and_to_a_bucket() {
    let server = s3::moto();
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let program = s3::program(&endpoint);
    program.place("line.edgelet", &models::line(3.0));
    python(&program, &["-c", TABLES]);
    let client = reqwest::Client::new();
    // Anyone may look, so that what is not there is 404, and not 403.
    let policy = r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::models", "arn:aws:s3:::models/*"]}]}"#;
    let put = client.put(format!("{endpoint}/models?policy")).body(policy);
    assert!(block_on(put.send()).expect("moto answers").status().is_success());
    for set in ["rows", "poisoned"] {
        for day in 0..3 {
            let name = format!("{set}/day={day}/part-0.parquet");
            let put = client.put(format!("{endpoint}/models/{name}")).body(program.take(&name));
            assert!(block_on(put.send()).expect("moto answers").status().is_success());
        }
    }
    let stored = |name: &str| {
        block_on(async {
            let answer = client.get(format!("{endpoint}/models/{name}")).send().await.expect("moto answers");
            let status = answer.status();
            assert!(status.is_success() || status == reqwest::StatusCode::NOT_FOUND, "{name}: {status}");
            Some(answer.bytes().await.expect("a body").to_vec()).filter(|_| status.is_success())
        })
    };
    let predict = |arguments: &[&str]| program.run(&[&["predict", "line.edgelet"], arguments].concat());
    let rows = "s3://models/rows/day=*/part-*.parquet";

    predict(&["whole.parquet", "-o", "whole.csv"]).succeeds();
    predict(&["whole.parquet", "-o", "whole.ndjson"]).succeeds();
    let told = predict(&[rows, "-o", "s3://models/scores.csv"]);
    assert!(told.stderr.contains("\n600,000 rows in ") && told.stderr.ends_with(" rows/s\n"), "{}", told.stderr);
    assert!(stored("scores.csv").expect("an object") == program.take("whole.csv"), "the same bytes");
    assert!(predict(&["rows/day=*/*.parquet"]).succeeds().as_bytes() == program.take("whole.csv"), "of a disk too");

    predict(&[rows, "-o", "s3://models/scores.parquet"]).succeeds();
    program.place("scores.parquet", &stored("scores.parquet").expect("an object"));
    let same = "import numpy as np, pyarrow.parquet as pq
print((pq.read_table('scores.parquet')['prediction'].to_numpy() == np.loadtxt('whole.csv', skiprows=1)).all())";
    assert_eq!(python(&program, &["-c", same]), "True\n");

    for shard in ["1/2", "2/2", "4/4"] {
        predict(&[rows, "--shard", shard, "--json", "-o", "s3://models/shared/"]).succeeds();
    }
    let shared: Vec<u8> =
        (0..3).flat_map(|day| stored(&format!("shared/day={day}/part-0.ndjson")).expect("an object")).collect();
    assert!(shared == program.take("whole.ndjson"), "the shares are the whole");

    let failure = predict(&["s3://models/poisoned/day=*/part-*.parquet", "-qo", "s3://models/poisoned.csv"]);
    let message = failure.fails(1, "missing_value");
    assert!(message.contains("s3://models/poisoned/day=2/part-0.parquet: row 123456: x0: "), "{message}");
    assert_eq!(stored("poisoned.csv"), None);
    let uploads = String::from_utf8(stored("?uploads").expect("a listing")).expect("UTF-8");
    assert!(!uploads.contains("<Upload>"), "{uploads}");

    let message = predict(&["s3://models/rows/day=*/part-*.csv", "-o", "out.csv"]).fails(1, "store");
    assert!(message.contains("s3://models/rows: expected at least 1 file that matches"), "{message}");
    assert!(message.contains("found none among the 3 that are there"), "{message}");
}

#[test]
fn what_does_not_belong_together_leaves_nothing_behind() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    std::fs::create_dir(program.path("in")).expect("a folder");
    for (name, text) in [("in/a.csv", "x0,id\n1,1\n"), ("in/b.csv", "id,x0\n2,2\n"), ("in/c.csv", "x0,ID\n3,3\n")] {
        program.place(name, text.as_bytes());
    }
    let predict = |arguments: &[&str]| program.run(&[&["predict", "line.edgelet"], arguments].concat());
    assert_eq!(predict(&["in/[ab].csv"]).code, Some(1), "a star is the only pattern");
    let message = predict(&["in/*.csv", "-qo", "out.csv"]).fails(1, "bad_rows");
    assert!(
        message.contains("in/c.csv: column \"id\": expected a column, as in the files before, found none. Files that"),
        "{message}"
    );
    let message = predict(&["in/*.csv", "-o", "in/"]).fails(2, "bad_option");
    assert!(message.contains("a file of rows or the predictions of another file"), "{message}");
    let message = predict(&["in/a.csv", "--shard", "1/2"]).fails(2, "bad_option");
    assert!(message.contains("expected several files, which are what is shared, found 1 file"), "{message}");
    for shard in ["0/2", "3/2", "1", "a/b"] {
        assert_eq!(predict(&["in/*.csv", "--shard", shard]).code, Some(2), "{shard}");
    }
    let names = |folder: &str| std::fs::read_dir(program.path(folder)).expect("a folder").count();
    assert_eq!((names("."), names("in")), (2, 3), "nothing was left");
    predict(&["in/*.csv", "-o", "out/"]).succeeds();
    assert_eq!(program.take("out/c.csv"), b"prediction\n9.5\n");
}

#[test]
fn commands_read_rows_from_urls_and_patterns() {
    let server = s3::moto();
    let endpoint = format!("http://127.0.0.1:{}", server.port);
    let program = s3::program(&endpoint);
    program.place("line.edgelet", &models::line(3.0));
    for (name, text) in [("a", "x0,y\n1,3.5\n"), ("b", "y,x0\n6.5,2\n")] {
        let put = reqwest::Client::new().put(format!("{endpoint}/models/rows/{name}.csv")).body(text);
        assert!(block_on(put.send()).expect("moto answers").status().is_success());
    }
    program.place("expected.csv", b"prediction\n3.5\n6.5\n");
    let verify = |rows: &str| {
        program.run(&["verify", "line.edgelet", "--rows", rows, "--expect", "expected.csv", "--quiet"]).succeeds()
    };
    assert_eq!(verify("s3://models/rows/*.csv"), "2 rows agree\n");
    let message = program.run(&["predict", "line.edgelet", "s3://models/none.csv"]).fails(1, "store");
    assert!(message.contains("s3://models/none.csv: expected an object that can be read"), "{message}");
}

#[test]
#[cfg(target_os = "linux")]
fn memory_stays_small_where_rows_are_many() {
    let program = Program::new(&[]);
    program.place("line.edgelet", &models::line(3.0));
    python(
        &program,
        &[
            "-c",
            "import numpy as np, pyarrow as pa, pyarrow.parquet as pq
x = np.random.default_rng(7).normal(size=12_000_000)
pq.write_table(pa.table({'x0': x}), 'rows.parquet', row_group_size=4_000_000)",
        ],
    );
    let line = format!("0.25,{}\n", "-".repeat(200));
    program.place("rows.csv", ["x0,note\n", &line.repeat(500_000)].concat().as_bytes());
    for name in ["rows.parquet", "rows.csv"] {
        let size = std::fs::metadata(program.path(name)).expect("a file").len();
        let peak = "import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)";
        let arguments =
            ["-c", peak, env!("CARGO_BIN_EXE_edgelet"), "predict", "line.edgelet", name, "-o", "out.parquet"];
        let peak: u64 = python(&program, &arguments).trim().parse().expect("kilobytes");
        assert!(peak * 1024 < size * 3 / 4, "{name}: {peak} KB of memory for {size} bytes");
    }
}

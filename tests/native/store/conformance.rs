//! What every store must do.

use super::{Program, gzip, models, registry};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use object_store::path::Path;
use object_store::{Attribute, Attributes, ObjectStore, ObjectStoreExt, PutOptions};
use sha2::{Digest, Sha256};

/// A bucket to check: how the program gets at it, and a client of the test's own.
pub struct Bucket<'a> {
    /// The program with the variables that open the bucket.
    pub program: &'a Program,
    /// The URL of the bucket, without a slash at its end.
    pub url: &'a str,
    /// The test's own way into it.
    pub client: &'a dyn ObjectStore,
    /// What must never be printed.
    pub secrets: &'a [&'a str],
}

/// Checks all of it.
pub fn check(bucket: &Bucket) {
    bucket.keeps_bytes_and_headers();
    bucket.compresses_what_becomes_smaller();
    bucket.decodes_what_is_whole();
    bucket.replaces();
    bucket.predicts_from_its_url();
    bucket.changes_nothing_when_dry();
    bucket.refuses_what_does_not_hold();
    bucket.says_what_is_missing();
    bucket.carries_large_files();
    registry::check(bucket);
}

impl Bucket<'_> {
    fn keeps_bytes_and_headers(&self) {
        let bytes = models::line(0.8);
        self.program.place("line.edgelet", &bytes);
        let pushed = self.succeeds(&["push", "line.edgelet", &format!("{}/models/a b/", self.url)]);
        let integrity = format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(&bytes)));
        assert!(pushed.contains(&integrity), "{pushed}");
        assert!(
            pushed.lines().any(|line| line.starts_with("url ") && line.ends_with("/models/a%20b/line.edgelet")),
            "{pushed}"
        );
        let key = "models/a b/line.edgelet";
        assert_eq!(self.header(key, &Attribute::ContentType), "application/octet-stream");
        assert_eq!(self.header(key, &Attribute::CacheControl), "public, max-age=60, must-revalidate");
        self.pulls_back(key, &bytes);

        self.succeeds(&["push", "line.edgelet", &format!("{}/v1.edgelet", self.url), "--immutable"]);
        assert_eq!(self.header("v1.edgelet", &Attribute::CacheControl), "public, max-age=31536000, immutable");
        self.succeeds(&["push", "line.edgelet", &format!("{}/v2.edgelet", self.url), "--cache-control", "no-store"]);
        assert_eq!(self.header("v2.edgelet", &Attribute::CacheControl), "no-store");
    }

    fn compresses_what_becomes_smaller(&self) {
        let bytes = models::wide();
        self.program.place("wide.edgelet", &bytes);
        let place = format!("{}/wide.edgelet", self.url);
        let integrity = format!("sha256-{}", BASE64_STANDARD.encode(Sha256::digest(&bytes)));
        let planned = self.succeeds(&["push", "wide.edgelet", &place, "--dry-run"]);
        let pushed = self.succeeds(&["push", "wide.edgelet", &place]);
        let stored = self.stored("wide.edgelet");
        assert_eq!(gzip::decoded(&stored), bytes);
        assert_eq!(self.header("wide.edgelet", &Attribute::ContentEncoding), "gzip");
        let share = 100.0 * stored.len() as f64 / bytes.len() as f64;
        for said in [planned, pushed] {
            assert_eq!(said_of("bytes", &said), bytes.len().to_string());
            assert_eq!(said_of("compressed", &said), format!("{} ({share:.1} %)", stored.len()));
            assert_eq!(said_of("content encoding", &said), "gzip");
            assert_eq!(said_of("integrity", &said), integrity);
        }
        self.pulls_back("wide.edgelet", &bytes);
        for arguments in [&["inspect"][..], &["verify"]] {
            self.succeeds(&[arguments, &[&*place]].concat());
        }

        let pushed = self.succeeds(&["push", "wide.edgelet", &place, "--no-compress"]);
        assert_eq!(said_of("content encoding", &pushed), "none");
        assert!(!pushed.contains("compressed"), "{pushed}");
        assert_eq!(self.stored("wide.edgelet"), bytes);
        assert_eq!(self.attribute("wide.edgelet", &Attribute::ContentEncoding), None);
        self.pulls_back("wide.edgelet", &bytes);
    }

    fn decodes_what_is_whole(&self) {
        let coded = gzip::coded(&models::wide());
        let cases = [
            ("cut", &coded[..coded.len() - 9], Some("gzip"), "truncated"),
            ("more", &[&*coded, b"x"].concat(), Some("gzip"), "corrupt"),
            ("br", &coded, Some("br"), "unsupported"),
            // joblib's files are gzip without a header: those are for `import` to decode.
            ("unmarked", &coded, None, "not_a_model"),
        ];
        for (key, bytes, coding, code) in cases {
            let coding = coding.map(|coding| (Attribute::ContentEncoding, coding));
            let options = PutOptions { attributes: Attributes::from_iter(coding), ..Default::default() };
            let path = Path::from(key);
            let put = self.client.put_opts(&path, bytes.to_vec().into(), options);
            block_on(put).unwrap_or_else(|error| panic!("{key}: {error}"));
            let message = self.fails(&["pull", &format!("{}/{key}", self.url), "-o", "refused.edgelet"], 1, code);
            assert!(message.contains(&format!("/{key}: ")), "{message}");
        }
        assert!(!self.program.path("refused.edgelet").exists());
    }

    fn replaces(&self) {
        for slope in [1.0, 2.0] {
            let bytes = models::line(slope);
            self.program.place("line.edgelet", &bytes);
            self.succeeds(&["push", "line.edgelet", &format!("{}/line.edgelet", self.url)]);
            self.pulls_back("line.edgelet", &bytes);
        }
    }

    fn predicts_from_its_url(&self) {
        self.program.place("rows.csv", b"x0\n2\n-1\n");
        let predicted = self.succeeds(&["predict", &format!("{}/line.edgelet", self.url), "rows.csv"]);
        assert_eq!(predicted, "prediction\n4.5\n-1.5\n");
    }

    fn changes_nothing_when_dry(&self) {
        let said = self.succeeds(&["push", "line.edgelet", &format!("{}/dry.edgelet", self.url), "--dry-run"]);
        assert!(said.starts_with("would push"), "{said}");
        assert!(!self.has("dry.edgelet"));
    }

    fn refuses_what_does_not_hold(&self) {
        self.program.place("liar.edgelet", &models::liar());
        self.program.place("page.edgelet", b"<!doctype html><title>404</title>");
        let destination = format!("{}/refused.edgelet", self.url);
        let message = self.fails(&["push", "liar.edgelet", &destination], 4, "parity");
        assert!(message.contains("test row 0: predict[0]: expected 2, found 1"), "{message}");
        self.fails(&["push", "page.edgelet", &destination], 1, "not_a_model");
        assert!(!self.has("refused.edgelet"));
    }

    fn says_what_is_missing(&self) {
        let message = self.fails(&["pull", &format!("{}/nowhere.edgelet", self.url)], 1, "store");
        assert!(
            message.contains("/nowhere.edgelet: expected an object that can be read, found nothing there"),
            "{message}"
        );
        assert!(!self.program.path("nowhere.edgelet").exists());
    }

    fn carries_large_files(&self) {
        let bytes = models::large();
        assert!(bytes.len() > 20 << 20, "{} bytes", bytes.len());
        self.program.place("large.edgelet", &bytes);
        let pushed = self.succeeds(&["push", "large.edgelet", &format!("{}/large.edgelet", self.url)]);
        assert!(pushed.lines().any(|line| line.starts_with("parts ") && line.ends_with(" 3")), "{pushed}");
        assert_eq!(self.header("large.edgelet", &Attribute::CacheControl), "public, max-age=60, must-revalidate");
        assert_eq!(self.header("large.edgelet", &Attribute::ContentType), "application/octet-stream");
        assert_eq!(self.header("large.edgelet", &Attribute::ContentEncoding), "gzip");
        self.pulls_back("large.edgelet", &bytes);
    }

    fn pulls_back(&self, key: &str, bytes: &[u8]) {
        self.succeeds(&["pull", &format!("{}/{key}", self.url), "-o", "pulled.edgelet"]);
        assert!(self.program.take("pulled.edgelet") == bytes, "{key}: other bytes than were pushed");
    }

    pub fn header(&self, key: &str, attribute: &Attribute) -> String {
        self.attribute(key, attribute).unwrap_or_else(|| panic!("{key}: no {attribute:?}"))
    }

    pub fn attribute(&self, key: &str, attribute: &Attribute) -> Option<String> {
        let object = block_on(self.client.get(&Path::from(key))).unwrap_or_else(|error| panic!("{key}: {error}"));
        object.attributes.get(attribute).map(|value| value.as_ref().to_owned())
    }

    /// The bytes of an object as the store has them.
    pub fn stored(&self, key: &str) -> Vec<u8> {
        block_on(async { self.client.get(&Path::from(key)).await?.bytes().await })
            .unwrap_or_else(|error| panic!("{key}: {error}"))
            .to_vec()
    }

    pub fn has(&self, key: &str) -> bool {
        match block_on(self.client.head(&Path::from(key))) {
            Ok(_) => true,
            Err(object_store::Error::NotFound { .. }) => false,
            Err(error) => panic!("{key}: {error}"),
        }
    }

    #[track_caller]
    pub fn succeeds(&self, arguments: &[&str]) -> String {
        let run = self.program.run(arguments);
        self.keeps_secrets(&format!("{}{}", run.stdout, run.stderr));
        run.succeeds()
    }

    #[track_caller]
    pub fn fails(&self, arguments: &[&str], exit: i32, code: &str) -> String {
        let run = self.program.run(arguments);
        self.keeps_secrets(&format!("{}{}", run.stdout, run.stderr));
        run.fails(exit, code)
    }

    #[track_caller]
    fn keeps_secrets(&self, said: &str) {
        for secret in self.secrets {
            assert!(!said.contains(secret), "a secret in: {said}");
        }
    }
}

/// What a report says of something.
fn said_of<'a>(name: &str, report: &'a str) -> &'a str {
    let line = report.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix("  "));
    line.unwrap_or_else(|| panic!("no {name}: {report}")).trim()
}

/// Waits for a future.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

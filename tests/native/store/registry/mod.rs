//! A bucket as a registry: what every store must do as one.

mod attacks;
mod crash;
mod files;

use super::conformance::Bucket;
use super::{Program, models};
use object_store::Attribute;
use serde_json::Value;

/// Checks all of it.
pub fn check(bucket: &Bucket) {
    bucket.publishes_what_is_followed();
    bucket.moves_aliases();
    bucket.lets_one_of_several_publishers_win();
    bucket.cleans_up();
    bucket.follows_signatures();
}

/// What `edgelet list --json` says.
fn listed(program: &Program, address: &str) -> Value {
    let text = program.run(&["list", address, "--json"]).succeeds();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The version and serial of an alias.
fn alias(program: &Program, address: &str, name: &str) -> (Vec<u64>, u64) {
    let listed = listed(program, address);
    let aliases = listed["aliases"].as_array().expect("aliases");
    let alias = aliases.iter().find(|alias| alias["alias"] == name).unwrap_or_else(|| panic!("no {name}: {listed}"));
    let targets = alias["targets"].as_array().unwrap_or_else(|| panic!("{alias}"));
    let versions = targets.iter().map(|target| target["version"].as_u64().expect("a number")).collect();
    (versions, alias["serial"].as_u64().expect("a number"))
}

/// A new pair of keys: the private one in a file of that name, the public one returned.
pub fn keygen(program: &Program, name: &str) -> String {
    let said = program.run(&["keygen", "-o", name]).succeeds();
    let key = said.lines().find_map(|line| line.strip_prefix("public key")).expect("a public key");
    key.trim().to_owned()
}

impl Bucket<'_> {
    fn model(&self) -> String {
        format!("{}/models/churn", self.url)
    }

    fn pushes(&self, slope: f64, options: &[&str]) -> String {
        self.program.place("churn.edgelet", &models::line(slope));
        self.succeeds(&[&["push", "churn.edgelet", &self.model()], options].concat())
    }

    fn gives(&self, wanted: &str, slope: f64, options: &[&str]) {
        let reference = format!("{}@{wanted}", self.model());
        self.succeeds(&[&["pull", &*reference, "-o", "pulled.edgelet"], options].concat());
        assert!(self.program.take("pulled.edgelet") == models::line(slope), "{reference}");
    }

    fn publishes_what_is_followed(&self) {
        let planned = self.pushes(1.0, &["--alias", "production", "--dry-run"]);
        assert!(planned.starts_with("would push"), "{planned}");
        assert!(!self.has("models/churn/releases/1"));
        let pushed = self.pushes(1.0, &["--alias", "production"]);
        assert!(pushed.contains("\nalias             production is version 1 (serial 1)\n"), "{pushed}");
        self.gives("production", 1.0, &[]);
        self.gives("1", 1.0, &[]);
        self.program.place("rows.csv", b"x0\n2\n");
        let reference = format!("{}@production", self.model());
        assert_eq!(self.succeeds(&["predict", &reference, "rows.csv"]), "prediction\n2.5\n");

        if self.url.starts_with("file://") {
            return;
        }
        assert!(pushed.lines().any(|line| line.starts_with("url ") && line.ends_with("/models/churn@production")));
        let blob = listed(self.program, &self.model())["versions"][0]["sha256"].as_str().expect("a hash").to_owned();
        let headers = [
            (format!("blobs/{blob}.edgelet"), "application/octet-stream", "public, max-age=31536000, immutable"),
            ("releases/1".into(), "application/json", "public, max-age=31536000, immutable"),
            ("aliases/production".into(), "application/json", "public, max-age=60, must-revalidate"),
        ];
        for (name, content_type, cache_control) in headers {
            let key = format!("models/churn/{name}");
            assert_eq!(self.header(&key, &Attribute::ContentType), content_type, "{key}");
            assert_eq!(self.header(&key, &Attribute::CacheControl), cache_control, "{key}");
        }
    }

    fn moves_aliases(&self) {
        let model = self.model();
        self.pushes(2.0, &["--alias", "production"]);
        self.pushes(3.0, &["--release"]);
        self.gives("production", 2.0, &[]);
        self.gives("3", 3.0, &[]);
        self.succeeds(&["promote", &format!("{model}@3"), "--alias", "production", "--weight", "50"]);
        assert_eq!(alias(self.program, &model, "production"), (vec![2, 3], 3));
        // sha-256("churn@production:a") is in the first half, that of ":b" in the second.
        self.gives("production", 2.0, &["--sticky", "a"]);
        self.gives("production", 3.0, &["--sticky", "b"]);
        self.succeeds(&["promote", &format!("{model}@3"), "--alias", "production"]);
        // To what it was before the rollout, and on to what that replaced; before that there was nothing.
        for (version, serial) in [(2, 5), (1, 6)] {
            self.succeeds(&["rollback", &format!("{model}@production")]);
            assert_eq!(alias(self.program, &model, "production"), (vec![version], serial));
        }
        self.fails(&["rollback", &format!("{model}@production")], 2, "bad_option");
        self.succeeds(&["rollback", &format!("{model}@production"), "--to", "3"]);
        self.succeeds(&["rollback", &format!("{model}@production"), "--to", "1"]);
        assert_eq!(alias(self.program, &model, "production"), (vec![1], 8));
        self.succeeds(&["promote", &format!("{model}@production"), "--alias", "canary"]);
        self.gives("canary", 1.0, &[]);
        self.fails(&["promote", &format!("{model}@9"), "--alias", "production"], 1, "store");
        self.fails(&["rollback", &format!("{model}@nowhere")], 1, "store");
    }

    fn lets_one_of_several_publishers_win(&self) {
        let model = self.model();
        let (_, serial) = alias(self.program, &model, "production");
        let runs: Vec<_> = (0..4)
            .map(|i| {
                let name = format!("racer{i}.edgelet");
                self.program.place(&name, &models::line(10.0 + f64::from(i)));
                let mut command = self.program.command(&["push", &name, &model, "--alias", "production"]);
                command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
                command.spawn().expect("the program starts")
            })
            .collect();
        let outputs: Vec<_> = runs.into_iter().map(|run| run.wait_with_output().expect("an end")).collect();
        let winners = outputs.iter().filter(|output| output.status.success()).count();
        for output in outputs.iter().filter(|output| !output.status.success()) {
            let message = String::from_utf8_lossy(&output.stderr);
            assert!(message.starts_with("error[conflict]: ") && message.contains("nothing is lost"), "{message}");
        }
        assert!(winners >= 1, "somebody wins");
        // Every one of them is published, whoever moved the alias, and the alias moved once for each winner.
        let listed = listed(self.program, &model);
        let hashes: std::collections::BTreeSet<_> = listed["versions"]
            .as_array()
            .expect("versions")
            .iter()
            .map(|version| version["sha256"].to_string())
            .collect();
        assert_eq!(hashes.len(), 3 + 4, "{listed}");
        assert_eq!(alias(self.program, &model, "production").1, serial + winners as u64);
    }

    fn cleans_up(&self) {
        let model = self.model();
        let versions = || listed(self.program, &model)["versions"].as_array().expect("versions").len();
        self.pushes(20.0, &["--alias", "production"]);
        let before = versions();
        // The grace period holds for what was written now; the small server has another clock.
        if !self.url.starts_with("gs://") {
            let said = self.succeeds(&["gc", &model, "--json"]);
            assert!(said.contains("\"releases\": []") && said.contains("\"blobs\": []"), "{said}");
        }
        let planned = self.succeeds(&["gc", &model, "--grace", "0s", "--dry-run", "--json"]);
        assert_eq!(versions(), before);
        let removed = self.succeeds(&["gc", &model, "--grace", "0s", "--json"]);
        assert_eq!(planned.replace("\"dry_run\": true", "\"dry_run\": false"), removed);
        // production and what it replaced, canary; the newest is production.
        assert_eq!(versions(), 3);
        self.gives("production", 20.0, &[]);
        self.gives("canary", 1.0, &[]);
        self.succeeds(&["rollback", &format!("{model}@production")]);
        let again = self.succeeds(&["gc", &model, "--grace", "0s", "--json"]);
        assert!(again.contains("\"bytes\": 0"), "the newest is kept: {again}");
    }

    fn follows_signatures(&self) {
        let (ours, others) = (keygen(self.program, "our.key"), keygen(self.program, "other.key"));
        let reference = format!("{}@production", self.model());
        self.fails(&["pull", &reference, "--public-key", &ours], 1, "signature");
        self.pushes(5.0, &["--alias", "production", "--sign", "our.key"]);
        self.gives("production", 5.0, &["--public-key", &ours]);
        let told = self.succeeds(&["pull", &reference, "--public-key", &ours, "-o", "pulled.edgelet", "--json"]);
        let told: Value = serde_json::from_str(&told).unwrap_or_else(|error| panic!("{error}: {told}"));
        let (versions, _) = alias(self.program, &self.model(), "production");
        assert_eq!((told["version"].as_u64(), versions.len()), (Some(versions[0]), 1), "{told}");
        assert_eq!(told["signed_by"].as_str().map(str::len), Some(16), "{told}");
        self.gives("production", 5.0, &["--public-key", &others, "--public-key", &ours]);
        self.fails(&["pull", &reference, "--public-key", &others], 1, "signature");
        // What is signed stays signed.
        self.fails(&["push", "churn.edgelet", &self.model(), "--alias", "production"], 1, "signature");
        // Nobody vouches for what they did not sign.
        let unsigned = format!("{}@canary", self.model());
        self.fails(&["promote", &unsigned, "--alias", "production", "--sign", "our.key"], 1, "signature");
        // To change keys, sign with both.
        self.pushes(6.0, &["--alias", "production", "--sign", "our.key", "--sign", "other.key"]);
        for key in [&ours, &others] {
            self.gives("production", 6.0, &["--public-key", key]);
        }
    }
}

//! `edgelet cors`.

use super::Globals;
use super::doctor::origin;
use super::stdout::print;
use crate::error::Result;
use crate::native::store::Cors;
use clap::Args;
use serde_json::json;

/// Let pages read a bucket: print the rule, and the command that sets it, or set it.
///
/// Pages may read and ask whether something changed, and see ETag, Content-Length and Content-Range. --apply adds the rule to
/// those that are there, of S3 and what speaks like it, and of Azure, where it is the whole account's.
#[derive(Args)]
#[command(after_long_help = "\
Examples:
  edgelet cors s3://bucket
  edgelet cors s3://bucket --origin https://app.example.com --origin http://localhost:8080 --apply
  edgelet cors gs://bucket --origin https://app.example.com --json > cors.json

The variables are those of `edgelet push --help`. `edgelet doctor` finds out whether it works.")]
pub struct AllowOrigins {
    /// The bucket: s3://, gs:// or az://.
    bucket: String,
    /// An origin whose pages may read it; several may be given [default: every origin].
    #[arg(long, value_name = "ORIGIN", value_parser = origin)]
    origin: Vec<String>,
    /// Set it.
    #[arg(long)]
    apply: bool,
    /// The rule alone, as the cloud's own tool takes it.
    #[arg(long, conflicts_with = "apply")]
    json: bool,
}

impl AllowOrigins {
    /// Prints or sets it.
    pub fn run(self, _: Globals) -> Result<()> {
        let origins = if self.origin.is_empty() { vec!["*".to_owned()] } else { self.origin };
        let cors = Cors::new(&self.bucket, origins)?;
        if self.apply {
            let done = if cors.apply()? { "allowed" } else { "allowed already" };
            return print(&format!("{done:<18}{}\n", cors.bucket()));
        }
        let document = json!(cors.document());
        match self.json {
            true => print(&format!("{document:#}\n")),
            false => print(&format!("{document:#}\n\n{}\n", cors.command())),
        }
    }
}

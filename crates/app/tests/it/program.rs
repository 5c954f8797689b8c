//! The binary and an account set that vanish with the test.

use serde_json::Value as Json;
use std::{
    path::Path,
    process::{Command, Output},
};

/// Where an account set of a test lies.
pub struct Place {
    directory: tempfile::TempDir,
    database: Option<String>,
    set: String,
}

impl Place {
    /// A place on the embedded engine.
    pub fn sqlite() -> Place {
        Place { directory: tempfile::tempdir().unwrap(), database: None, set: "main".to_owned() }
    }

    /// A place in the database that the tests were given, if they were given one.
    pub fn postgres(name: &str) -> Option<Place> {
        let Ok(url) = std::env::var("GUANXI_TEST_POSTGRES") else {
            eprintln!("NOT RUN on PostgreSQL: GUANXI_TEST_POSTGRES is not set");
            return None;
        };
        let set = format!("{name}_{}", std::process::id());
        Some(Place { directory: tempfile::tempdir().unwrap(), database: Some(url), set })
    }

    /// The directory of the test.
    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    /// The set's name.
    pub fn set(&self) -> &str {
        &self.set
    }

    /// The program with its arguments, meaning this place.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guanxi"));
        command.args(arguments).args(["--set", &self.set, "--data"]).arg(self.path().join("data"));
        command
            .env_remove("GUANXI_DATABASE")
            .env_remove("GUANXI_DATA")
            .env("LANG", "en")
            .env_remove("LC_ALL");
        if let Some(url) = &self.database {
            command.args(["--database", url]);
        }
        command
    }

    /// Runs it.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it; it must succeed. Its answer.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let problems = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "guanxi {} failed:\n{problems}", arguments.join(" "));
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs it for a machine; it must succeed. Its answer.
    pub fn json(&self, arguments: &[&str]) -> Json {
        let answer = self.ok(&[arguments, &["--format", "json"]].concat());
        serde_json::from_str(&answer).unwrap_or_else(|error| panic!("{error}: {answer}"))
    }

    /// All records of an object in the fields named, as an export writes them.
    pub fn export(&self, object: &str, fields: &str) -> Vec<Json> {
        let file = self.path().join(format!("{object}.jsonl"));
        self.ok(&["export", object, "--fields", fields, "-o", file.to_str().unwrap()]);
        let text = std::fs::read_to_string(file).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if self.database.is_some() {
            let _ = self.run(&["set", "drop", &self.set]);
        }
    }
}

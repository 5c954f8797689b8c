//! Makes the assets folder exist, so that the crate builds before the browser side has been built,
//! and asks cargo to embed again when a new browser build has finished.

use std::{fs, path::Path};

fn main() -> std::io::Result<()> {
    let dist = Path::new("../../assets/dist");
    fs::create_dir_all(dist)?;
    // The manifest is written last by assets/build.mjs, so its change means a complete folder.
    println!("cargo::rerun-if-changed=../../assets/dist/manifest.json");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}

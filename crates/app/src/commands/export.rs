//! Taking records out into a file.

use super::import::unknown_object;
use crate::{
    cli::{Export, Template},
    failure::Result,
    output::Output,
    place,
    settings::Settings,
};
use guanxi_crm::admin::exchange::{self, ExportOptions};
use guanxi_model::expr;
use indicatif::ProgressBar;
use serde_json::json;
use std::io::IsTerminal;

/// Exports records.
pub fn run(options: Export, settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    let ctx = super::operator(&gate, output);
    if gate.registry().object(&options.object).is_none() {
        return Err(unknown_object(&gate, &options.object));
    }
    let filter = options.filter.as_deref().map(expr::parse).transpose().map_err(guanxi_gate::Error::from)?;
    let wanted = ExportOptions {
        object: options.object.clone(),
        filter,
        fields: options.fields.clone(),
        keys: options.keys,
        ..ExportOptions::default()
    };
    let bar = (!output.is_json() && std::io::stderr().is_terminal()).then(ProgressBar::new_spinner);
    let count = exchange::export(&gate, &ctx, &wanted, &options.output, &mut |count| {
        if let Some(bar) = &bar {
            bar.set_message(count.to_string());
            bar.tick();
        }
        true
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    let (count, file) = (count?, options.output.display().to_string());
    let json = json!({ "object": options.object, "rows": count, "file": file });
    output.tell("export.done", &[("n", &count.to_string()), ("file", &file)], json);
    Ok(())
}

/// Writes a sheet to fill in.
pub fn template(options: &Template, settings: &Settings, output: &Output) -> Result<()> {
    let gate = place::open(settings)?;
    let ctx = super::operator(&gate, output);
    if gate.registry().object(&options.object).is_none() {
        return Err(unknown_object(&gate, &options.object));
    }
    std::fs::write(&options.output, exchange::template(&gate, &ctx, &options.object)?)?;
    let file = options.output.display().to_string();
    output.tell("export.template", &[("file", &file)], json!({ "object": options.object, "file": file }));
    Ok(())
}

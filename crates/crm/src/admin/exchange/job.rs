//! An import as a job: it runs on a thread of its own, and whoever wants to know how far it has come asks the gate.

use super::{
    import::{Import, ImportOptions},
    source::Source,
};
use guanxi_gate::{Ctx, Error, Gate, Result};
use guanxi_model::RecordId;
use std::{
    path::Path,
    sync::mpsc::{RecvTimeoutError, channel},
    time::Duration,
};

/// How long whoever wants an undoing waits for it before they are sent to watch it.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file that was sent, kept in a folder of its own until its import is over.
#[derive(Debug)]
pub struct Upload {
    /// The file.
    pub source: Source,
    name: String,
    folder: tempfile::TempDir,
}

impl Upload {
    /// Puts the bytes down and looks into them.
    pub fn new(name: &str, bytes: &[u8]) -> Result<Upload> {
        let folder = tempfile::tempdir().map_err(Error::internal)?;
        let ending = Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        // Only the ending of a name from outside is used, and nothing in it can lead elsewhere.
        let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        let path = folder.path().join(format!("import.{ending}"));
        std::fs::write(&path, bytes).map_err(Error::internal)?;
        let name = name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        Ok(Upload { source: Source::open(&path)?, name, folder })
    }
}

/// Begins an import of an uploaded file and names it; the rest happens on a thread. What is wrong with the choice of
/// columns is refused here, what is wrong with rows stands in the import's report.
pub fn start(gate: &Gate, ctx: &Ctx, upload: Upload, options: ImportOptions) -> Result<RecordId> {
    let ending =
        upload.source.path().extension().and_then(|ending| ending.to_str()).unwrap_or("csv").to_owned();
    let options = ImportOptions {
        rejects: Some(upload.folder.path().join(format!("rejects.{ending}"))),
        file_name: Some(upload.name.clone()),
        dry_run: false,
        ..options
    };
    let importing = Import::new(gate, ctx, &upload.source, &options)?.begin(&upload.source)?;
    let id = importing.id;
    let (gate, ctx) = (gate.clone(), ctx.clone());
    let Upload { source, folder, .. } = upload;
    std::thread::spawn(move || {
        // The folder lasts as long as the thread.
        let _folder = folder;
        let run = match Import::new(&gate, &ctx, &source, &options) {
            Ok(import) => import.run(importing, &source, &mut |_| true).map(drop),
            // Someone changed the object or the caller's roles in this very moment.
            Err(error) => {
                gate.fail_import(&ctx, importing, serde_json::json!({}), &mut |_, _| {}).and(Err(error))
            }
        };
        if let Err(error) = run {
            tracing::error!(import = %id, %error, "an import failed");
        }
    });
    Ok(id)
}

/// Undoes an import on a thread of its own and waits a moment for it: a refusal is told at once, a short undoing is
/// over when this returns, and a long one goes on.
pub fn start_undo(gate: &Gate, ctx: &Ctx, id: RecordId) -> Result<()> {
    let (sender, receiver) = channel();
    let (gate, ctx) = (gate.clone(), ctx.clone());
    std::thread::spawn(move || {
        let done = gate.undo_import(&ctx, id, &mut |_, _| {}).map(drop);
        if let Err(std::sync::mpsc::SendError(Err(error))) = sender.send(done) {
            tracing::error!(import = %id, %error, "an import could not be undone");
        }
    });
    match receiver.recv_timeout(PATIENCE) {
        Ok(done) => done,
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(()),
    }
}

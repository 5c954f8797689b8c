//! Attached files. A file belongs to the record that names it, and is seen by whoever sees that field.

use crate::{Ctx, Error, Gate, Result, auth::random_token};
use guanxi_model::{FieldKind, Message, RecordId};
use guanxi_store::files::{self, FileRow};
use std::io::Read;

/// The largest attachment, in bytes.
pub const MAX_FILE_BYTES: usize = 50 * 1024 * 1024;

/// A file that was stored.
#[derive(Debug, Clone)]
pub struct FileInfo {
    /// Its id, which fields name.
    pub id: String,
    /// Its name as uploaded.
    pub name: String,
    /// Its media type as uploaded; downloads of anything but pictures are offered for saving only.
    pub mime: String,
    /// Its size in bytes.
    pub size: i64,
}

impl Gate {
    /// Keeps a file; it belongs to nothing until a record names it, and is collected after a day if none does.
    pub fn put_file(&self, ctx: &Ctx, name: &str, mime: &str, bytes: &[u8]) -> Result<FileInfo> {
        if bytes.len() > MAX_FILE_BYTES {
            let message = Message::new("gate.file_large").with("max", MAX_FILE_BYTES / 1024 / 1024);
            return Err(Error::invalid("file", "range", message));
        }
        let name: String = name.rsplit(['/', '\\']).next().unwrap_or_default().chars().take(200).collect();
        let (hash, size) = self.0.store.files().put(&mut &*bytes)?;
        let row = FileRow {
            id: random_token()?.chars().take(24).collect(),
            hash,
            name,
            mime: mime.chars().take(100).collect(),
            size: i64::try_from(size).unwrap_or(i64::MAX),
            object: None,
            record: None,
            created_at: ctx.now.as_millisecond(),
            created_by: (ctx.subject.user.0 > 0).then_some(ctx.subject.user),
        };
        let info = info(&row);
        self.write(ctx, move |tx| Ok(files::add(&mut tx.conn, &row)?))?;
        Ok(info)
    }

    /// A file with its bytes, if the caller made it and it belongs to nothing yet, or may see the field that
    /// names it. Looked up anew at each download.
    pub fn get_file(&self, ctx: &Ctx, id: &str) -> Result<(FileInfo, Vec<u8>)> {
        self.contents(self.seen_file(ctx, id)?)
    }

    /// What a file is called, without its bytes, for whoever may have them.
    pub fn file_info(&self, ctx: &Ctx, id: &str) -> Result<FileInfo> {
        Ok(info(&self.seen_file(ctx, id)?))
    }

    /// A file with its bytes, whoever asks: for files whose place proves the right.
    pub(crate) fn file_bytes(&self, id: &str) -> Result<(FileInfo, Vec<u8>)> {
        let row = self.0.store.read::<_, Error>(|conn| Ok(files::find(conn, id)?))?.ok_or(Error::NotFound)?;
        self.contents(row)
    }

    fn contents(&self, row: FileRow) -> Result<(FileInfo, Vec<u8>)> {
        let mut bytes = Vec::new();
        self.0.store.files().read(&row.hash)?.read_to_end(&mut bytes).map_err(Error::internal)?;
        Ok((info(&row), bytes))
    }

    fn seen_file(&self, ctx: &Ctx, id: &str) -> Result<FileRow> {
        let row = self.0.store.read::<_, Error>(|conn| Ok(files::find(conn, id)?))?.ok_or(Error::NotFound)?;
        let allowed = match (&row.object, row.record) {
            (Some(object), Some(record)) => self.sees_file(ctx, object, record, id)?,
            _ => row.created_by == Some(ctx.subject.user) || ctx.rights.everything,
        };
        if allowed { Ok(row) } else { Err(Error::NotFound) }
    }

    fn sees_file(&self, ctx: &Ctx, object: &str, record: RecordId, id: &str) -> Result<bool> {
        let visible = self.get(ctx, object, record)?;
        Ok(visible
            .object
            .active_fields()
            .filter(|field| matches!(field.kind, FieldKind::File | FieldKind::Image))
            .any(|field| visible.get(&field.name).as_list().iter().any(|file| file == id)))
    }
}

fn info(row: &FileRow) -> FileInfo {
    FileInfo { id: row.id.clone(), name: row.name.clone(), mime: row.mime.clone(), size: row.size }
}

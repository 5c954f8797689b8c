//! The site's layer over the shipped documents, and the version that grows with every change to it.

use crate::{columns::Columns, conn::Conn, error::Result, ids, settings};
use guanxi_model::registry::LayerDoc;

const VERSION: &str = "meta.version";

/// All documents in the order they were first saved, so that an object comes before the fields added
/// to it; and the version.
pub fn layers(conn: &mut Conn) -> Result<(Vec<LayerDoc>, i64)> {
    let text = "SELECT kind, name, patch FROM gx_meta ORDER BY position";
    let docs = conn.query(&sql!(text))?.into_iter().map(|row| {
        let mut row = Columns::new(row);
        Ok(LayerDoc { kind: row.text()?, name: row.text()?, patch: row.json()? })
    });
    Ok((docs.collect::<Result<_>>()?, version(conn)?))
}

/// Saves a document, replacing the one of its kind and name. Returns the new version.
pub fn save(conn: &mut Conn, doc: &LayerDoc) -> Result<i64> {
    let position = ids::next_numbers(conn, "meta.position", 1)?;
    let text = "INSERT INTO gx_meta (kind, name, patch, position) VALUES ($1, $2, $3, $4) \
                ON CONFLICT (kind, name) DO UPDATE SET patch = excluded.patch";
    conn.execute(&sql!(text, doc.kind.as_str(), doc.name.as_str(), doc.patch.to_string(), position))?;
    grow(conn)
}

/// Removes a document. Returns the new version.
pub fn remove(conn: &mut Conn, kind: &str, name: &str) -> Result<i64> {
    conn.execute(&sql!("DELETE FROM gx_meta WHERE kind = $1 AND name = $2", kind, name))?;
    grow(conn)
}

/// The version now; 0 before the first change.
pub fn version(conn: &mut Conn) -> Result<i64> {
    Ok(settings::get(conn, VERSION)?.and_then(|version| version.parse().ok()).unwrap_or_default())
}

fn grow(conn: &mut Conn) -> Result<i64> {
    let version = version(conn)? + 1;
    settings::set(conn, VERSION, &version.to_string())?;
    Ok(version)
}

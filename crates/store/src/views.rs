//! Saved views of lists.

use crate::{columns::Columns, conn::Conn, conn::Row, error::Result, ids};
use guanxi_model::RecordId;

/// A view that someone saved.
#[derive(Debug, Clone, PartialEq)]
pub struct View {
    /// Its id; ignored when it is made.
    pub id: RecordId,
    /// The object it lists.
    pub object: String,
    /// Whose it is; none is everybody's.
    pub owner: Option<RecordId>,
    /// Tab title.
    pub label: String,
    /// Filter, sort, columns and layout. What it may show is decided when it is opened.
    pub definition: serde_json::Value,
    /// Place among the tabs.
    pub position: i64,
}

const COLUMNS: &str = "id, object, owner, label, definition, position";

/// Saves a new view.
pub fn create(conn: &mut Conn, view: &View, now: i64) -> Result<RecordId> {
    let id = ids::next_id(conn)?;
    conn.execute(&sql!(
        format!("INSERT INTO gx_view ({COLUMNS}, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7)"),
        id,
        view.object.as_str(),
        view.owner,
        view.label.as_str(),
        view.definition.to_string(),
        view.position,
        now
    ))?;
    Ok(id)
}

/// Changes label, definition, owner and place of a view.
pub fn update(conn: &mut Conn, view: &View, now: i64) -> Result<bool> {
    let changed = conn.execute(&sql!(
        "UPDATE gx_view SET owner = $2, label = $3, definition = $4, position = $5, updated_at = $6 WHERE id = $1",
        view.id,
        view.owner,
        view.label.as_str(),
        view.definition.to_string(),
        view.position,
        now
    ))?;
    Ok(changed > 0)
}

/// Removes a view.
pub fn remove(conn: &mut Conn, id: RecordId) -> Result<bool> {
    Ok(conn.execute(&sql!("DELETE FROM gx_view WHERE id = $1", id))? > 0)
}

/// A view by id.
pub fn find(conn: &mut Conn, id: RecordId) -> Result<Option<View>> {
    conn.query_one(&sql!(format!("SELECT {COLUMNS} FROM gx_view WHERE id = $1"), id))?.map(view).transpose()
}

/// Everybody's views of an object and a person's own, in the order of their tabs.
pub fn of_object(conn: &mut Conn, object: &str, user: RecordId) -> Result<Vec<View>> {
    let text = format!(
        "SELECT {COLUMNS} FROM gx_view WHERE object = $1 AND (owner IS NULL OR owner = $2) ORDER BY position, id"
    );
    conn.query(&sql!(text, object, user))?.into_iter().map(view).collect()
}

fn view(row: Row) -> Result<View> {
    let mut row = Columns::new(row);
    Ok(View {
        id: RecordId(row.int()?),
        object: row.text()?,
        owner: row.maybe_int()?.map(RecordId),
        label: row.text()?,
        definition: row.json()?,
        position: row.int()?,
    })
}

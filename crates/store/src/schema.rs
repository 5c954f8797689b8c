//! Tables, columns and indexes of objects. Changes only add: a deactivated field keeps its column.

use crate::{
    columns::Columns,
    conn::Conn,
    dialect::Dialect,
    error::{Error, Result},
    migrate::table_exists,
};
use guanxi_model::{Field, Object};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The pinyin key by which records sort under their title.
pub const TITLE_KEY: &str = "title_key";

/// Makes what the objects need and does not exist yet. Every name comes from a document whose names the
/// registry has checked; what it lets through and storage reserves for itself is refused here.
pub fn sync(conn: &mut Conn, objects: &[Arc<Object>]) -> Result<()> {
    objects.iter().try_for_each(|object| sync_object(conn, object))
}

fn sync_object(conn: &mut Conn, object: &Object) -> Result<()> {
    let table = plain(&object.table)?;
    if ["gx_", "sqlite_", "pg_"].iter().any(|prefix| table.starts_with(prefix)) {
        return Err(Error::other(format!("the table name {table} is reserved")));
    }
    let dialect = conn.dialect();
    let mut wanted: Vec<(&str, bool)> = Vec::new();
    for field in &object.fields {
        wanted.push((plain(&field.column)?, field.stores_integer()));
    }
    if wanted.iter().any(|(column, _)| *column == TITLE_KEY) {
        return Err(Error::other(format!("{table} has a field with the reserved column {TITLE_KEY}")));
    }
    wanted.push((TITLE_KEY, false));
    if table_exists(conn, table)? {
        add_columns(conn, table, &wanted)?;
    } else {
        let columns: Vec<String> =
            wanted.iter().map(|(name, integer)| column(dialect, name, *integer)).collect();
        conn.script(&format!(
            "CREATE TABLE \"{table}\" ({}){}",
            columns.join(", "),
            dialect.table_options()
        ))?;
    }
    sync_indexes(conn, object)
}

/// A column in `CREATE TABLE`.
pub fn column(dialect: Dialect, name: &str, integer: bool) -> String {
    let kind = if integer { dialect.integer() } else { dialect.text() };
    let key = if name == "id" { " PRIMARY KEY" } else { "" };
    format!("\"{name}\" {kind}{key}")
}

/// A column without default takes a millisecond, however many rows there are.
fn add_columns(conn: &mut Conn, table: &str, wanted: &[(&str, bool)]) -> Result<()> {
    let present = columns(conn, table)?;
    for (name, integer) in wanted {
        match present.get(*name) {
            None => {
                let column = column(conn.dialect(), name, *integer);
                conn.script(&format!("ALTER TABLE \"{table}\" ADD COLUMN {column}"))?;
            }
            Some(stored) if stored != integer => {
                return Err(Error::other(format!("{table}.{name} cannot change between number and text")));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// The columns of a table, and whether they hold integers.
pub fn columns(conn: &mut Conn, table: &str) -> Result<BTreeMap<String, bool>> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => sql!("SELECT name, type = 'INTEGER' FROM pragma_table_info($1)", table),
        Dialect::Postgres => sql!(
            "SELECT column_name::text, data_type = 'bigint' FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1",
            table
        ),
    };
    let mut columns = BTreeMap::new();
    for row in conn.query(&sql)? {
        let mut row = Columns::new(row);
        columns.insert(row.text()?, row.bool()?);
    }
    Ok(columns)
}

fn sync_indexes(conn: &mut Conn, object: &Object) -> Result<()> {
    let table = &object.table;
    let nulls = conn.dialect().nulls_first();
    let present = indexes(conn, table)?;
    for (column, ordered) in indexed_columns(object) {
        let name = index_name("gx_ix", table, column);
        if !present.contains(&name) {
            // A reference is looked up by what it names; what names nothing need not be found that way, and every
            // entry of an index costs a new record time.
            let some = if ordered { String::new() } else { format!(" WHERE \"{column}\" IS NOT NULL") };
            // The id breaks ties, so that a page can continue where the last one ended.
            let sql = format!("CREATE INDEX \"{name}\" ON \"{table}\" (\"{column}\"{nulls}, \"id\"){some}");
            conn.script(&sql)?;
        }
    }
    // Only the recycle bin: were live records in it too, SQLite would take it for the best index of a list.
    let bin = index_name("gx_ix", table, "deleted_at");
    if !present.contains(&bin) {
        let sql = format!(
            "CREATE INDEX \"{bin}\" ON \"{table}\" (\"deleted_at\", \"id\") WHERE \"deleted_at\" IS NOT NULL"
        );
        conn.script(&sql)?;
    }
    let mut unique = BTreeSet::new();
    for field in object.fields.iter().filter(|field| is_unique(field)) {
        let name = index_name("gx_uq", table, &field.column);
        if !present.contains(&name) {
            let column = &field.column;
            let sql = format!(
                "CREATE UNIQUE INDEX \"{name}\" ON \"{table}\" (\"{column}\") WHERE \"deleted_at\" IS NULL"
            );
            conn.script(&sql)?;
        }
        unique.insert(name);
    }
    for name in present.iter().filter(|name| name.starts_with("gx_uq") && !unique.contains(*name)) {
        conn.script(&format!("DROP INDEX \"{name}\""))?;
    }
    Ok(())
}

fn is_unique(field: &Field) -> bool {
    (field.unique && !field.inactive) || (field.system && field.name == "external_id")
}

/// Whether lists may be found or ordered by an index on the field.
pub(crate) fn is_indexed(object: &Object, field: &Field) -> bool {
    indexed_columns(object).contains_key(field.column.as_str())
}

/// What lists filter and sort by: owner and department, references, fields marked so, and the sorts
/// that views start with. With each, whether lists are ordered by it, for which its empty values count too.
fn indexed_columns(object: &Object) -> BTreeMap<&str, bool> {
    // Who wrote last is shown, and hardly ever asked for.
    let stamps = |field: &Field| field.system && matches!(field.name.as_str(), "created_by" | "updated_by");
    let references = object.fields.iter().filter(|field| field.target().is_some() && !stamps(field));
    let mut columns: BTreeMap<&str, bool> = references.map(|field| (field.column.as_str(), false)).collect();
    columns.insert(TITLE_KEY, true);
    columns.extend(
        object.fields.iter().filter(|field| field.indexed).map(|field| (field.column.as_str(), true)),
    );
    let views = object.list.views.iter().flat_map(|view| &view.sort);
    for sort in object.list.sort.iter().chain(views) {
        if let Some(field) = object.field(sort.trim_start_matches(['-', '+'])) {
            columns.insert(&field.column, true);
        }
    }
    // Both have indexes of their own.
    columns.remove("id");
    columns.remove("deleted_at");
    columns
}

/// The names of the table's indexes.
fn indexes(conn: &mut Conn, table: &str) -> Result<BTreeSet<String>> {
    let sql = match conn.dialect() {
        Dialect::Sqlite => {
            sql!("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = $1", table)
        }
        Dialect::Postgres => sql!(
            "SELECT indexname::text FROM pg_indexes WHERE schemaname = current_schema() AND tablename = $1",
            table
        ),
    };
    conn.query(&sql)?.into_iter().map(|row| Columns::new(row).text()).collect()
}

/// PostgreSQL cuts names at 63 bytes, so long ones end in a digest instead.
fn index_name(prefix: &str, table: &str, column: &str) -> String {
    let name = format!("{prefix}.{table}.{column}");
    if name.len() <= 63 {
        return name;
    }
    let digest = Sha256::digest(name.as_bytes());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("{}.{digest}", &name[..46])
}

/// A name that needs no escaping inside quotes.
pub fn plain(name: &str) -> Result<&str> {
    if !name.is_empty() && name.len() <= 63 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Ok(name)
    } else {
        Err(Error::other(format!("{name} cannot be the name of a table or column")))
    }
}

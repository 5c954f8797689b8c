//! Match keys: normal forms of names, phones and codes under which the same customer is found again.

use crate::{conn::Conn, error::Result, insert::Insert, sql::Sql};
use guanxi_model::{RecordId, Stored};

/// Adds the keys of records that have none.
pub fn insert(conn: &mut Conn<'_>, object: &str, keys: Vec<(RecordId, Vec<(String, String)>)>) -> Result<()> {
    let rows = keys.into_iter().flat_map(|(record, keys)| {
        keys.into_iter().map(move |(field, key)| vec![object.into(), field.into(), key.into(), record.into()])
    });
    Insert::plain("gx_match", ["object", "field", "key", "record"]).rows(conn, rows.collect())
}

/// Removes the keys of a record.
pub fn remove(conn: &mut Conn<'_>, record: RecordId) -> Result<()> {
    let mut sql = Sql::new("DELETE FROM gx_match WHERE record = ");
    sql.bind(record);
    conn.execute(&sql)?;
    Ok(())
}

/// Records that share a key: key and record.
pub fn find(
    conn: &mut Conn<'_>,
    object: &str,
    field: &str,
    keys: &[&str],
) -> Result<Vec<(String, RecordId)>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(500) {
        let mut sql = Sql::new("SELECT key, record FROM gx_match WHERE object = ");
        sql.bind(object).push(" AND field = ").bind(field);
        match chunk {
            [key] => sql.push(" AND key = ").bind(*key).push(" LIMIT 20"),
            keys => sql.push(" AND key IN ").bind_list(keys.iter().copied()),
        };
        for row in conn.query(&sql)? {
            if let [Stored::Text(key), Stored::Int(record)] = row.as_slice() {
                found.push((key.clone(), RecordId(*record)));
            }
        }
    }
    Ok(found)
}

//! Names of the records that others refer to, and what decides whether they may be seen.

use super::shared::shared_in;
use crate::{
    Ctx, Gate, Result, Titles,
    access::{self, Deciding},
    words,
};
use guanxi_model::{FieldLevel, RecordId, Registry, Value, access::action};
use guanxi_store::{Conn, list::ListRow, records};
use std::collections::{BTreeSet, HashMap};

/// What decides about the record of a title.
pub(crate) fn deciding_by(title: &records::Title) -> Deciding {
    Deciding { owner: title.owner, department: title.department, record: title.deciding, pool: title.pool }
}

pub(super) fn deciding_of(row: &ListRow) -> Deciding {
    Deciding { owner: row.owner, department: row.department, record: row.deciding, pool: row.pool }
}

/// Names of records by object, as far as the caller may see them.
pub(crate) fn titles_of(
    gate: &Gate,
    ctx: &Ctx,
    conn: &mut Conn<'_>,
    registry: &Registry,
    wanted: HashMap<String, BTreeSet<RecordId>>,
) -> Result<Titles> {
    let people = gate.people();
    let mut titles = Titles::default();
    for (name, ids) in wanted {
        if matches!(name.as_str(), "user" | "department") {
            titles.0.extend(ids.iter().filter_map(|id| Some((*id, people.name(*id)?.to_owned()))));
            continue;
        }
        let Some(object) = registry.object(&name) else { continue };
        if !ctx.rights.may(&name, action::READ) {
            continue;
        }
        let shared = shared_in(ctx, conn, registry, object)?;
        let ids: Vec<RecordId> = ids.into_iter().collect();
        let level = access::least_level(ctx, object, &object.title);
        for title in records::titles(conn, registry, object, &ids)? {
            let deciding = deciding_by(&title);
            if level < FieldLevel::Read || !access::may_act(ctx, &name, action::READ, deciding, &shared) {
                continue;
            }
            let text = match &title.title {
                Value::Text(text) => text.clone(),
                Value::Null => format!("#{}", title.id),
                other => words::plain(other, &Titles::default()),
            };
            titles.0.insert(title.id, text);
        }
    }
    Ok(titles)
}

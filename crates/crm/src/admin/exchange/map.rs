//! What people said that headings mean is remembered for the next file of the same kind.

use super::{
    columns::{Columns, Means},
    source::Source,
};
use guanxi_gate::{Ctx, Gate, Result, Rights};
use guanxi_model::Object;
use std::{collections::BTreeMap, sync::Arc};

/// Headings of an object's files and what people said they mean.
pub fn remembered(gate: &Gate, object: &Object) -> Result<BTreeMap<String, String>> {
    let text = gate.setting(&key(object))?;
    Ok(text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default())
}

/// The given map, and what is remembered of the headings that neither it nor the object explains.
pub fn known(
    gate: &Gate,
    object: &Object,
    source: &Source,
    given: &[(String, String)],
) -> Result<Vec<(String, String)>> {
    let mut map = given.to_vec();
    let plain = Columns::of(gate, object, source.headings(), given)?;
    let remembered = remembered(gate, object)?;
    for column in plain.0.iter().filter(|column| matches!(column.means, Means::Ignored)) {
        if given.iter().any(|(heading, _)| *heading == column.heading) {
            continue;
        }
        // A field that was removed since is forgotten here, not complained of.
        if let Some(path) = remembered.get(&column.heading)
            && Columns::of(gate, object, source.headings(), &[(column.heading.clone(), path.clone())]).is_ok()
        {
            map.push((column.heading.clone(), path.clone()));
        }
    }
    Ok(map)
}

/// Remembers a map that an import went well with.
pub fn remember(gate: &Gate, ctx: &Ctx, object: &Object, given: &[(String, String)]) -> Result<()> {
    if given.is_empty() {
        return Ok(());
    }
    let mut all = remembered(gate, object)?;
    let before = all.clone();
    all.extend(given.iter().filter(|(_, path)| !path.is_empty()).cloned());
    if all == before {
        return Ok(());
    }
    // Whoever may import may teach what their columns mean, without the right to other settings.
    let ctx = Ctx { rights: Arc::new(Rights::everything()), ..ctx.clone() };
    gate.set_setting(&ctx, &key(object), &serde_json::json!(all).to_string())
}

fn key(object: &Object) -> String {
    format!("import.map.{}", object.name)
}

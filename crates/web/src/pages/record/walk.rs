//! `3 / 328 ↑ ↓`: the records before and after, in the list that the record was opened from. The address
//! carries the list's own address in `from`, so a link walks the same list for everyone.

use crate::{
    pages::list::{PAGE, State},
    session::{Params, Visit, encode},
    ui,
};
use guanxi_gate::{Error, Visible};
use guanxi_model::RecordId;

/// Records that are looked through for the place; further down a list the walk is not offered.
const FAR: usize = 1000;

/// A walk through a list.
pub struct Walk {
    /// The name of the view.
    pub label: String,
    /// Its address.
    pub list: String,
    /// The position and the steps.
    pub buttons: ui::Walk,
}

/// The walk of a record, when it was opened from a list and still stands in it.
///
/// # Errors
/// When the list cannot be read.
pub fn of(visit: &Visit, record: &Visible, from: Option<&str>) -> Result<Option<Walk>, Error> {
    let Some(from) = from else { return Ok(None) };
    let object = &record.object.name;
    let state = State::read(visit, object, &Params::parse(from))?;
    if state.bad_filter.is_some() {
        return Ok(None);
    }
    let mut query = state.query()?;
    query.fields = vec![record.object.title.clone()];
    query.after = None;
    query.limit = PAGE * 4;
    let mut ids: Vec<RecordId> = Vec::new();
    let at = loop {
        let page = visit.gate().list(visit.ctx(), &query)?;
        ids.extend(page.rows.iter().map(|row| row.id));
        let at = ids.iter().position(|id| *id == record.id);
        // One more page when the record stands at the very end of what was read.
        let enough = at.is_some_and(|at| at + 1 < ids.len());
        match page.next {
            Some(next) if !enough && ids.len() < FAR => query.after = Some(guanxi_gate::read_cursor(&next)?),
            next => break at.map(|at| (at, next.is_some())),
        }
    };
    let label = state.view.label.clone();
    let list = format!("/{object}?{from}");
    let Some((at, more)) = at else { return Ok(Some(Walk { label, list, buttons: ui::Walk::default() })) };
    let total = if more {
        crate::pages::list::count(visit, object, state.expr.clone(), &state.q)?
    } else {
        ids.len() as i64
    };
    let url = |id: &RecordId| format!("/{object}/{id}?from={}", encode(from));
    let buttons = ui::Walk {
        text: format!("{} / {}", at + 1, crate::pages::list::capped(total)),
        previous: at.checked_sub(1).and_then(|before| ids.get(before)).map(url),
        next: ids.get(at + 1).map(url),
        previous_label: visit.t("record.previous").to_owned(),
        next_label: visit.t("record.next").to_owned(),
    };
    Ok(Some(Walk { label, list, buttons }))
}

//! Which records a change is for.

use super::MOST;
use crate::{
    pages::list::{self, State},
    session::{Params, Visit, encode},
};
use guanxi_gate::{Error, Visible, read_cursor};
use guanxi_model::{Object, Query, RecordId, expr::Expr};
use std::sync::Arc;

/// Records read and changed at a time.
const STEP: usize = 500;

/// Which records: named ones, or everything a list holds.
pub(super) struct Chosen {
    pub(super) object: Arc<Object>,
    pub(super) filter: Option<Expr>,
    pub(super) q: String,
    /// The same as hidden inputs of the dialog.
    pub(super) params: Params,
}

impl Chosen {
    pub(super) fn read(visit: &Visit, object: &str, params: &Params) -> Result<Self, Error> {
        let kept = |names: &[&str]| {
            let pairs = params.0.iter().filter(|(name, _)| names.contains(&name.as_str()));
            Params(pairs.cloned().collect())
        };
        if params.get("all") == Some("1") {
            let state = State::read(visit, object, params)?;
            if let Some(message) = state.bad_filter {
                return Err(Error::Malformed(message));
            }
            let params = kept(&["all", "view", "filter", "q", "columns"]);
            return Ok(Chosen { filter: state.expr, q: state.q, object: state.object, params });
        }
        let ids: Vec<RecordId> = params
            .get("ids")
            .unwrap_or_default()
            .split(',')
            .filter_map(|id| id.trim().parse().ok())
            .take(MOST)
            .collect();
        let object = visit.gate().object(object)?;
        Ok(Chosen {
            object,
            filter: Some(Expr::ids("id", &ids)),
            q: String::new(),
            params: kept(&["ids", "columns"]),
        })
    }

    pub(super) fn count(&self, visit: &Visit) -> Result<i64, Error> {
        list::count(visit, &self.object.name, self.filter.clone(), &self.q)
    }

    /// Walks through them in steps.
    pub(super) fn each(
        &self,
        visit: &Visit,
        fields: &[&str],
        mut change: impl FnMut(Vec<Visible>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let own = ["id".to_owned(), self.object.title.clone()];
        let fields = fields.iter().map(|field| (*field).to_owned()).chain(own);
        let mut query = Query::of(&self.object.name).fields(fields).sort(["id"]).limit(STEP);
        query.filter.clone_from(&self.filter);
        query.search = (!self.q.is_empty()).then(|| self.q.clone());
        let mut seen = 0;
        while seen < MOST {
            let page = visit.gate().list(visit.ctx(), &query)?;
            seen += page.rows.len();
            change(page.rows)?;
            // The place in the list is kept by id, so records that leave the filter while they change skip none.
            let Some(next) = page.next else { break };
            query.after = Some(read_cursor(&next)?);
        }
        Ok(())
    }

    /// An address that names them again, with more to say.
    pub(super) fn address(&self, part: &str, more: &[(&str, &str)]) -> String {
        let pairs = self.params.pairs().chain(more.iter().copied());
        let query: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encode(value))).collect();
        format!("/{}/{part}?{}", self.object.name, query.join("&"))
    }
}

//! Reading through the door: every field a query mentions is checked, the caller's scope becomes part of
//! the statement, and values come back already cut down.

mod aggregate;
mod approve;
mod cursor;
mod listing;
mod one;
mod search;
mod shape;
mod shared;
mod titles;

pub(crate) use aggregate::aggregate_in;
pub use cursor::read_cursor;
pub(crate) use listing::Listing;
pub(crate) use shared::shared_with;
pub(crate) use titles::{deciding_by, titles_of};

use crate::{Ctx, Gate, Page, Result};
use guanxi_model::{
    Object, Query,
    query::{COUNT_CAP, Count, Sort},
};
use guanxi_store::list;

impl Gate {
    /// A page of records.
    pub fn list(&self, ctx: &Ctx, query: &Query) -> Result<Page> {
        let registry = self.registry();
        let object = self.object(&query.object)?;
        let listed = self
            .0
            .store
            .read(|conn| Listing::new(self, ctx, conn, &registry, &object, query)?.page(conn, query));
        listed.map_err(|error| self.denied(ctx, error, &query.object, None))
    }

    /// How many records a query covers, exactly.
    pub fn count(&self, ctx: &Ctx, query: &Query) -> Result<i64> {
        let registry = self.registry();
        let object = self.object(&query.object)?;
        self.0.store.read(|conn| {
            let listing = Listing::new(self, ctx, conn, &registry, &object, query)?;
            let plan = listing.plan(query, None);
            Ok(list::count(conn, &plan, query.count != Count::Capped)?)
        })
    }
}

/// The sort of a list when the caller asked for none: what the object declares.
pub fn default_sort(object: &Object) -> Vec<Sort> {
    object.list.sort.iter().map(|text| Sort::parse(text)).collect()
}

/// Whether a capped count stopped at its cap.
pub fn is_capped(total: i64) -> bool {
    total > COUNT_CAP
}

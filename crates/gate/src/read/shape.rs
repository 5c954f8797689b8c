//! The rows of a page, cut down to what the caller may see of them.

use super::listing::{Column, Listing};
use crate::{
    Cell, May, Titles, Visible,
    cells::{Cells, Columns},
};
use guanxi_model::{FieldLevel, Value};
use guanxi_store::list::ListRow;
use std::{collections::BTreeMap, sync::Arc};

/// Cuts the rows of a page down to what the caller may see of them.
pub(super) struct Shaping<'l, 'a> {
    listing: &'l Listing<'a>,
    columns: Arc<Columns>,
    shown: usize,
    /// For columns reached through a reference, where that reference stands.
    first_references: Vec<Option<usize>>,
    /// Levels of the columns under the rights of the row before, which most rows share.
    levels: Option<(Fields, Vec<FieldLevel>)>,
}

/// The levels of an object's fields, by name.
type Fields = Arc<BTreeMap<String, FieldLevel>>;

impl<'l, 'a> Shaping<'l, 'a> {
    pub(super) fn new(listing: &'l Listing<'a>, shown: usize) -> Self {
        let columns = &listing.columns[..shown];
        let first = |column: &Column<'_>| {
            let name = (column.fields.len() > 1).then(|| &column.fields[0].name)?;
            listing.columns.iter().position(|c| c.fields.len() == 1 && c.fields[0].name == *name)
        };
        Shaping {
            listing,
            columns: Arc::new(Columns::new(columns.iter().map(|column| column.path.clone()))),
            shown,
            first_references: columns.iter().map(first).collect(),
            levels: None,
        }
    }

    pub(super) fn visible(&mut self, row: ListRow, may: May, titles: &Titles) -> Visible {
        let columns = &self.listing.columns[..self.shown];
        if self.levels.as_ref().is_none_or(|(fields, _)| !Arc::ptr_eq(fields, &may.fields)) {
            let level = |column: &Column<'_>| match column.fields.as_slice() {
                [field] => may.fields.get(&field.name).copied().unwrap_or(FieldLevel::Hidden),
                _ => column.level,
            };
            self.levels = Some((may.fields.clone(), columns.iter().map(level).collect()));
        }
        let levels = self.levels.as_ref().map(|(_, levels)| levels.as_slice()).unwrap_or_default();
        let cell = |i: usize| {
            let column = &columns[i];
            let field = column.fields.last()?;
            let level = match column.fields.len() > 1 && !self.sees_target(i, &row, titles) {
                true => FieldLevel::Hidden,
                false => levels[i],
            };
            match level {
                FieldLevel::Hidden => None,
                FieldLevel::Masked => Some(Cell::Masked(field.masked(&field.load(&row.values[i])))),
                FieldLevel::Read | FieldLevel::Edit => Some(Cell::Value(field.load(&row.values[i]))),
            }
        };
        let cells = Cells::new(self.columns.clone(), (0..self.shown).map(cell).collect());
        let object = self.listing.object.clone();
        Visible { object, id: row.id, version: row.version, cells, may }
    }

    /// Whether the caller may see the record that a column is reached through.
    fn sees_target(&self, column: usize, row: &ListRow, titles: &Titles) -> bool {
        let Some(place) = self.first_references[column] else { return false };
        match self.listing.columns[column].fields[0].load(&row.values[place]) {
            Value::Ref(id) => {
                titles.get(id).is_some() && self.listing.pool_shows(id, &self.listing.columns[column])
            }
            _ => false,
        }
    }
}

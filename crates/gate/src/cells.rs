//! The cells of a record. Rows of a page stand in the same columns, so the names of the columns are kept once for
//! all of them and each row holds only its values.

use crate::Cell;
use std::{collections::HashMap, sync::Arc};

/// Names of columns, field names or dotted paths, and where each stands.
#[derive(Debug, Default)]
pub struct Columns {
    paths: Vec<Arc<str>>,
    places: HashMap<Arc<str>, usize>,
}

impl Columns {
    /// Columns in this order; a path given twice counts where it stands last.
    pub fn new(paths: impl IntoIterator<Item = Arc<str>>) -> Self {
        let paths: Vec<Arc<str>> = paths.into_iter().collect();
        let places = paths.iter().enumerate().map(|(place, path)| (path.clone(), place)).collect();
        Columns { paths, places }
    }
}

/// Values by field name or dotted path; hidden fields are absent.
#[derive(Debug, Clone, Default)]
pub struct Cells {
    columns: Arc<Columns>,
    /// In the order of the columns; fewer when the rest is absent.
    values: Vec<Option<Cell>>,
}

impl Cells {
    /// The values of one row, in the order of its columns.
    pub fn new(columns: Arc<Columns>, values: Vec<Option<Cell>>) -> Self {
        Cells { columns, values }
    }

    /// The cell of a field or path.
    pub fn get(&self, path: &str) -> Option<&Cell> {
        self.at(*self.columns.places.get(path)?)
    }

    /// The same for whoever asks for one column after the other: `place` is where the next one is expected, and
    /// moves on.
    pub fn next(&self, place: &mut usize, path: &str) -> Option<&Cell> {
        if self.columns.paths.get(*place).is_none_or(|expected| **expected != *path) {
            *place = *self.columns.places.get(path)?;
        }
        *place += 1;
        self.at(*place - 1)
    }

    /// All cells with their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Cell)> {
        self.columns.paths.iter().zip(&self.values).filter_map(|(path, cell)| Some((path, cell.as_ref()?)))
    }

    /// Whether nothing may be seen.
    pub fn is_empty(&self) -> bool {
        self.values.iter().all(Option::is_none)
    }

    /// Adds cells, or puts others in their place.
    pub fn extend(&mut self, cells: impl IntoIterator<Item = (Arc<str>, Cell)>) {
        let mut all: Vec<(Arc<str>, Option<Cell>)> =
            self.iter().map(|(path, cell)| (path.clone(), Some(cell.clone()))).collect();
        all.extend(cells.into_iter().map(|(path, cell)| (path, Some(cell))));
        let (paths, values): (Vec<_>, Vec<_>) = all.into_iter().unzip();
        *self = Cells { columns: Arc::new(Columns::new(paths)), values };
    }

    fn at(&self, place: usize) -> Option<&Cell> {
        self.values.get(place)?.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use guanxi_model::Value;

    fn cell(n: i64) -> Cell {
        Cell::Value(Value::from(n))
    }

    #[test]
    fn cells_are_found_by_name_in_any_order_and_hidden_ones_are_not() {
        let columns = Arc::new(Columns::new(["a", "b", "c"].map(Arc::from)));
        let mut cells = Cells::new(columns, vec![Some(cell(1)), None, Some(cell(3))]);
        assert_eq!((cells.get("c"), cells.get("b"), cells.get("x")), (Some(&cell(3)), None, None));
        let mut place = 0;
        let read: Vec<_> = ["a", "b", "c", "a", "x", "c"].map(|p| cells.next(&mut place, p).cloned()).into();
        assert_eq!(read, [Some(cell(1)), None, Some(cell(3)), Some(cell(1)), None, Some(cell(3))]);
        cells.extend([(Arc::from("c"), cell(4)), (Arc::from("d"), cell(5))]);
        assert_eq!(
            (cells.get("a"), cells.get("c"), cells.get("d")),
            (Some(&cell(1)), Some(&cell(4)), Some(&cell(5)))
        );
        assert!(!cells.is_empty());
        assert!(Cells::default().is_empty());
    }
}

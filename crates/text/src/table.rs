//! Reading the compiled-in data files: one entry a line, tabs between cells, `#` starts a comment line.

/// The rows of a data file, each cut into its cells.
pub(crate) fn rows(data: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    lines(data).map(|line| line.split('\t').collect())
}

/// The lines of a data file without comments and blank lines.
pub(crate) fn lines(data: &'static str) -> impl Iterator<Item = &'static str> {
    data.lines().filter(|line| !line.is_empty() && !line.starts_with('#'))
}

//! What a control does when it is used.

/// Where a button, a menu item or a card leads. Everything but a link is carried out by `assets/src/commands.ts`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Act {
    /// Nothing of its own.
    #[default]
    None,
    /// Submits the form around it.
    Submit,
    /// Follows a link.
    Go(String),
    /// Downloads a file.
    Download(String),
    /// Fetches a fragment into the dialog.
    Dialog(String),
    /// Fetches a fragment into the drawer.
    Drawer(String),
    /// Posts to an address without asking; the answer's toast offers to undo it.
    Post(String),
    /// Opens the menu or popover with this id.
    Menu(String),
    /// Runs a command of the browser side by name, e.g. `palette`.
    Run(String),
}

impl Act {
    pub(super) fn href(&self) -> Option<&str> {
        match self {
            Self::Go(url) | Self::Download(url) => Some(url),
            _ => None,
        }
    }

    pub(super) fn is_download(&self) -> bool {
        matches!(self, Self::Download(_))
    }

    pub(super) fn dialog(&self) -> Option<&str> {
        match self {
            Self::Dialog(url) => Some(url),
            _ => None,
        }
    }

    pub(super) fn drawer(&self) -> Option<&str> {
        match self {
            Self::Drawer(url) => Some(url),
            _ => None,
        }
    }

    pub(super) fn post(&self) -> Option<&str> {
        match self {
            Self::Post(url) => Some(url),
            _ => None,
        }
    }

    pub(super) fn menu(&self) -> Option<&str> {
        match self {
            Self::Menu(id) => Some(id),
            _ => None,
        }
    }

    pub(super) fn run(&self) -> Option<&str> {
        match self {
            Self::Run(name) => Some(name),
            _ => None,
        }
    }
}

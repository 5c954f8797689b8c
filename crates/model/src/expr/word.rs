//! The names the language itself gives a meaning: words, functions and folds over a relation.

/// A word that stands for something about the reader or the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// The business date.
    Today,
    /// This moment.
    Now,
    /// The first day of the current month.
    StartOfMonth,
    /// The reader.
    Me,
    /// The reader and everyone below in the line of command.
    MyTeam,
    /// The reader's department.
    MyDepartment,
    /// The reader's department and those below it.
    MyDepartments,
}

impl Word {
    const ALL: [Word; 7] = [
        Word::Today,
        Word::Now,
        Word::StartOfMonth,
        Word::Me,
        Word::MyTeam,
        Word::MyDepartment,
        Word::MyDepartments,
    ];

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Word::Today => "today",
            Word::Now => "now",
            Word::StartOfMonth => "start_of_month",
            Word::Me => "me",
            Word::MyTeam => "my_team",
            Word::MyDepartment => "my_department",
            Word::MyDepartments => "my_departments",
        }
    }

    /// The word written so, if there is one.
    pub fn from_name(name: &str) -> Option<Word> {
        Word::ALL.into_iter().find(|word| word.name() == name)
    }

    /// Whether its value changes with the clock.
    pub fn is_clock(self) -> bool {
        matches!(self, Word::Today | Word::Now | Word::StartOfMonth)
    }
}

/// A function of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Function {
    /// Whether a text has another inside, without regard to the case of Latin letters; or a list an item.
    Contains,
    /// Whether a text begins with another, without regard to the case of Latin letters.
    StartsWith,
    /// Whether nothing was entered.
    IsEmpty,
    /// The date of an instant in the account set's zone.
    Date,
    /// The first moment of a date in the account set's zone.
    Instant,
    /// The date so many days before today.
    DaysAgo,
    /// The date so many days after today.
    DaysFromNow,
    /// The date so many calendar months before today.
    MonthsAgo,
    /// The year of a date or instant.
    Year,
    /// The month of a date or instant, 1 to 12.
    Month,
    /// Rounded half away from zero to so many digits.
    Round,
    /// The smaller of two decimals or dates.
    Min,
    /// The larger of two decimals or dates.
    Max,
    /// The first argument that is not null.
    Coalesce,
    /// The arguments as one text; null adds nothing.
    Concat,
}

impl Function {
    const ALL: [Function; 15] = [
        Function::Contains,
        Function::StartsWith,
        Function::IsEmpty,
        Function::Date,
        Function::Instant,
        Function::DaysAgo,
        Function::DaysFromNow,
        Function::MonthsAgo,
        Function::Year,
        Function::Month,
        Function::Round,
        Function::Min,
        Function::Max,
        Function::Coalesce,
        Function::Concat,
    ];

    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Function::Contains => "contains",
            Function::StartsWith => "starts_with",
            Function::IsEmpty => "is_empty",
            Function::Date => "date",
            Function::Instant => "instant",
            Function::DaysAgo => "days_ago",
            Function::DaysFromNow => "days_from_now",
            Function::MonthsAgo => "months_ago",
            Function::Year => "year",
            Function::Month => "month",
            Function::Round => "round",
            Function::Min => "min",
            Function::Max => "max",
            Function::Coalesce => "coalesce",
            Function::Concat => "concat",
        }
    }

    /// The function written so, if there is one.
    pub fn from_name(name: &str) -> Option<Function> {
        Function::ALL.into_iter().find(|function| function.name() == name)
    }

    /// Fewest and most arguments.
    pub fn arity(self) -> (usize, usize) {
        match self {
            Function::IsEmpty
            | Function::Date
            | Function::Instant
            | Function::DaysAgo
            | Function::DaysFromNow
            | Function::MonthsAgo
            | Function::Year
            | Function::Month => (1, 1),
            Function::Contains | Function::StartsWith | Function::Min | Function::Max => (2, 2),
            Function::Round => (1, 2),
            Function::Coalesce | Function::Concat => (1, 32),
        }
    }

    /// Whether its value changes with the clock.
    pub fn is_clock(self) -> bool {
        matches!(self, Function::DaysAgo | Function::DaysFromNow | Function::MonthsAgo)
    }
}

/// What is made of the records that refer to this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// Whether the condition holds for at least one.
    Any,
    /// Whether it holds for all; true when there are none.
    All,
    /// For how many it holds.
    Count,
    /// The sum of a decimal; 0 when there are none.
    Sum,
}

impl Fold {
    /// How it is written.
    pub fn name(self) -> &'static str {
        match self {
            Fold::Any => "any",
            Fold::All => "all",
            Fold::Count => "count",
            Fold::Sum => "sum",
        }
    }

    /// The fold written so, if there is one.
    pub fn from_name(name: &str) -> Option<Fold> {
        [Fold::Any, Fold::All, Fold::Count, Fold::Sum].into_iter().find(|fold| fold.name() == name)
    }
}

/// Names that no field may have, because an expression could not mean it.
pub const RESERVED: [&str; 11] = [
    "true",
    "false",
    "null",
    "in",
    "today",
    "now",
    "start_of_month",
    "me",
    "my_team",
    "my_department",
    "my_departments",
];

/// Whether the language gives the name a meaning of its own.
pub fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

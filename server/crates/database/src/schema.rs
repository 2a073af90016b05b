//! The shape of a database.

/// Characters of one text: a name, a type, a default, a comment, a definition.
pub(crate) const MAX_TEXT: usize = 500;

/// What kind of server or file a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// PostgreSQL, or what speaks like it.
    Postgres,
    /// MySQL or MariaDB.
    MySql,
    /// A file of SQLite.
    Sqlite,
}

impl Engine {
    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::MySql => "MySQL",
            Self::Sqlite => "SQLite",
        }
    }
}

/// The tables of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// What kind it is.
    pub engine: Engine,
    /// What the server says of its version; empty where it says nothing.
    pub version: String,
    /// The tables and views, ordered by their names.
    pub tables: Vec<Table>,
    /// Full names of tables that are there as well, beyond the limit.
    pub others: Vec<String>,
    /// Whether there is more that is not even named: tables, columns, keys or indexes.
    pub is_cut: bool,
}

/// A table or a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// With the schema before it where the engine has them: `public.users`.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// About how many rows it has, as the engine believes without counting.
    pub rows: Option<u64>,
    /// What its owner wrote about it; may be empty.
    pub comment: String,
    /// In their order.
    pub columns: Vec<Column>,
    /// The primary key first.
    pub keys: Vec<Key>,
    /// Without those that only serve a primary key.
    pub indexes: Vec<Index>,
    /// Why some of it could not be read; may be empty.
    pub problem: String,
}

/// What a table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableKind {
    /// Rows on the disk.
    Table,
    /// Several tables behind one name.
    Partitioned,
    /// A query.
    View,
    /// A query and its stored answer.
    MaterializedView,
    /// Rows of another server.
    Foreign,
    /// Rows that a module makes up.
    Virtual,
}

impl TableKind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Partitioned => "partitioned table",
            Self::View => "view",
            Self::MaterializedView => "materialized view",
            Self::Foreign => "foreign table",
            Self::Virtual => "virtual table",
        }
    }
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// As the engine writes it; SQLite may have none.
    pub kind: String,
    /// Whether it may be null.
    pub is_nullable: bool,
    /// An expression, or what makes its value: `generated`, `auto_increment`. May be empty.
    pub default: String,
    /// What its owner wrote about it; may be empty.
    pub comment: String,
}

/// What a key demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// The row's identity.
    Primary,
    /// No two rows alike.
    Unique,
    /// A row of another table.
    Foreign,
    /// A condition.
    Check,
}

impl KeyKind {
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::Primary => "primary key",
            Self::Unique => "unique",
            Self::Foreign => "foreign key",
            Self::Check => "check",
        }
    }
}

/// A key or another condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// What it demands.
    pub kind: KeyKind,
    /// `(a, b)`, `(a) references t (b) on delete cascade`, `(a > 0)`.
    pub definition: String,
}

/// An index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether no two rows may be alike in it.
    pub is_unique: bool,
    /// What it orders: `(a, b)`, with a method and a condition where there are.
    pub definition: String,
}

impl Table {
    /// A table of which no more is known.
    pub(crate) fn new(name: String, kind: TableKind) -> Self {
        Self {
            name,
            kind,
            rows: None,
            comment: String::new(),
            columns: Vec::new(),
            keys: Vec::new(),
            indexes: Vec::new(),
            problem: String::new(),
        }
    }
}

/// The beginning of a text, if it is long.
pub(crate) fn clipped(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}

/// `(a, b)`.
pub(crate) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let names: Vec<&str> = names.iter().map(AsRef::as_ref).collect();
    clipped(&format!("({})", names.join(", ")))
}

//! What a file is, and how much of it may be held.

/// The most that a file may hold, or a packed one unpack to.
pub(in crate::directory) const UNPACKED_LIMIT: u64 = 2 << 30;

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::directory) enum FileFormat {
    Xlsx,
    Xlsb,
    Xls,
    Ods,
    /// An HTML table, often named `.xls`.
    Html,
    /// Excel 2003's XML, often named `.xls`.
    SpreadsheetMl,
    Json,
    Ldif,
    Delimited,
}

impl FileFormat {
    /// As evidence and messages name it.
    pub(in crate::directory) fn name(self) -> &'static str {
        match self {
            Self::Xlsx => "xlsx",
            Self::Xlsb => "xlsb",
            Self::Xls => "xls",
            Self::Ods => "ods",
            Self::Html => "html",
            Self::SpreadsheetMl => "spreadsheetml",
            Self::Json => "json",
            Self::Ldif => "ldif",
            Self::Delimited => "csv",
        }
    }
}

//! Rows of tables as structs.

/// Defines a row of a table. A field has the column of its name, or the value of an SQL expression.
#[macro_export]
macro_rules! table_row {
    (
        $(#[$documentation:meta])*
        pub struct $name:ident: $source:literal {
            $($(#[$field_documentation:meta])* pub $field:ident: $type:ty $(= $sql:literal)?,)+
        }
    ) => {
        $(#[$documentation])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_documentation])* pub $field: $type,)+
        }

        impl $name {
            /// Reads all rows.
            ///
            /// # Errors
            /// If the statement fails.
            pub fn read_all(tx: &mut $crate::db::Tx<'_>) -> Result<Vec<Self>, $crate::db::DbError> {
                let columns = [$($crate::table_row!(@column $field $($sql)?)),+].join(", ");
                tx.query(&format!("SELECT {columns} FROM {}", $source), &[], |row| {
                    $crate::read_row!(row => Self { $($field),+ })
                })
            }
        }
    };
    (@column $field:ident) => { stringify!($field) };
    (@column $field:ident $sql:literal) => { concat!($sql, " AS ", stringify!($field)) };
}
